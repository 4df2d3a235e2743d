package dev.hourglass.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sessions on threads of one process, which hand copies of their sums from one to the next and back. */
final class InProcessSessions {
    /** What one rank and the next have sent each other. */
    private record Link(BlockingQueue<Object> forth, BlockingQueue<Object> back) {
        Link() {
            this(new ArrayBlockingQueue<>(1_000), new ArrayBlockingQueue<>(1_000));
        }
    }

    private record Rank(int rank, List<Link> links) implements AllReduce {
        @Override
        public int sessions() {
            return links.size() + 1;
        }

        @Override
        public void sum(double[] sums, OwnShare own) {
            if (rank > 0) {
                System.arraycopy(taken(links.get(rank - 1).forth()), 0, sums, 0, sums.length);
            }
            own.add(0);
            if (rank < links.size()) {
                links.get(rank).forth().add(sums.clone());
                System.arraycopy(taken(links.get(rank).back()), 0, sums, 0, sums.length);
            }
            if (rank > 0) {
                links.get(rank - 1).back().add(sums.clone());
            }
        }

        @Override
        public void sum(float[] sums, int[] ends, OwnShare own) {
            for (int segment = 0; segment < ends.length; segment++) {
                int from = segment == 0 ? 0 : ends[segment - 1];
                if (rank > 0) {
                    System.arraycopy(taken(links.get(rank - 1).forth()), from, sums, from, ends[segment] - from);
                }
                own.add(segment);
                if (rank < links.size()) {
                    links.get(rank).forth().add(sums.clone());
                }
            }
            if (rank < links.size()) {
                System.arraycopy(taken(links.get(rank).back()), 0, sums, 0, sums.length);
            }
            if (rank > 0) {
                links.get(rank - 1).back().add(sums.clone());
            }
        }

        private static Object taken(BlockingQueue<Object> queue) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException("Another session failed", e);
            }
        }
    }

    private InProcessSessions() {}

    /** What one session does. */
    interface Work<T> {
        T of(AllReduce sessions) throws Exception;
    }

    /** Lets so many sessions work at the same time, each on a thread; their results by rank. */
    static <T> List<T> run(int sessions, Work<T> work) throws InterruptedException, ExecutionException {
        List<Link> links = new ArrayList<>();
        for (int i = 1; i < sessions; i++) {
            links.add(new Link());
        }
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int rank = 0; rank < sessions; rank++) {
                AllReduce own = sessions == 1 ? AllReduce.NONE : new Rank(rank, links);
                tasks.add(() -> work.of(own));
            }
            List<T> results = new ArrayList<>();
            List<Future<T>> futures = tasks.stream().map(threads::submit).toList();
            try {
                for (Future<T> future : futures) {
                    results.add(future.get());
                }
            } finally {
                threads.shutdownNow();
            }
            return results;
        }
    }
}
