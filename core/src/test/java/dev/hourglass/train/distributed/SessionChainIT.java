package dev.hourglass.train.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.engine.AllReduce;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that exchange their sums by TCP, and strangers, liars and the dead among them. */
@Timeout(180)
final class SessionChainIT {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Membership.Secret SECRET = secret("a secret of all sessions");
    private static final Duration PATIENT = Duration.ofSeconds(20);
    /** More than what the system keeps of a connection on its way. */
    private static final int MANY = 3_000_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        threads.shutdownNow();
    }

    private static Membership.Secret secret(String text) {
        return new Membership.Secret(text.getBytes(StandardCharsets.US_ASCII));
    }

    private List<SessionListener> listeners(int count) throws IOException {
        List<SessionListener> listeners = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            listeners.add(SessionListener.open(LOOPBACK));
        }
        opened.addAll(listeners);
        return listeners;
    }

    private static List<InetSocketAddress> addresses(List<SessionListener> listeners) {
        return listeners.stream().map(SessionListener::address).toList();
    }

    private Future<SessionChain> join(SessionListener listener, Membership members) {
        return threads.submit(() -> {
            SessionChain chain = listener.join(members);
            synchronized (opened) {
                opened.add(chain);
            }
            return chain;
        });
    }

    /** All sessions, connected. */
    private List<SessionChain> chain(int count, Duration timeout) throws Exception {
        List<SessionListener> listeners = listeners(count);
        List<Future<SessionChain>> joining = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            joining.add(join(listeners.get(rank), new Membership(rank, addresses(listeners), SECRET, 1, timeout)));
        }
        List<SessionChain> chains = new ArrayList<>();
        for (Future<SessionChain> each : joining) {
            chains.add(each.get());
        }
        return chains;
    }

    private <T> List<T> all(List<Callable<T>> work) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(work)) {
            results.add(future.get());
        }
        return results;
    }

    /** Numbers whose sum depends on the order in which they are added up. */
    private static float[] numbers(int rank, int count) {
        RandomGenerator random = new RandomSource(3).stream("rank", rank);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(12));
        }
        return numbers;
    }

    private static float[] sum(SessionChain chain, int count) {
        float[] own = numbers(chain.rank(), count);
        float[] sums = chain.rank() == 0 ? new float[count] : numbers(99, count);
        int[] ends = IntStream.concat(IntStream.of(1, count / 3, count / 3), IntStream.of(count))
                .toArray();
        chain.sum(sums, ends, segment -> {
            for (int i = segment == 0 ? 0 : ends[segment - 1]; i < ends[segment]; i++) {
                sums[i] += own[i];
            }
        });
        return sums;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void sumsAreTakenInTheOrderOfRanksAndTheSameForAll(int sessions) throws Exception {
        float[] expected = new float[MANY];
        for (int rank = 0; rank < sessions; rank++) {
            float[] own = numbers(rank, MANY);
            for (int i = 0; i < MANY; i++) {
                expected[i] += own[i];
            }
        }
        List<SessionChain> chains = chain(sessions, PATIENT);

        List<Callable<float[]>> work = new ArrayList<>();
        chains.forEach(chain -> work.add(() -> sum(chain, MANY)));
        for (float[] sums : all(work)) {
            assertThat(Arrays.equals(sums, expected)).isTrue();
        }

        List<Callable<double[]>> doubles = new ArrayList<>();
        chains.forEach(chain -> doubles.add(() -> {
            double[] sums = {1e16, -1e16, 0.1};
            chain.sum(sums, ignored -> {
                sums[0] += 1;
                sums[2] += 0.1 * chain.rank();
            });
            return sums;
        }));
        double[] inOrder = {1e16, -1e16, 0.1};
        for (int rank = 0; rank < sessions; rank++) {
            inOrder[0] += 1;
            inOrder[2] += 0.1 * rank;
        }
        assertThat(all(doubles)).allSatisfy(sums -> assertThat(sums).containsExactly(inOrder));
        ExchangeTimes times = chains.getFirst().times();
        assertThat(times.bytesSent()).isBetween(4L * MANY, 4L * MANY + 1_000);
        assertThat(times.sums()).isEqualTo(2);
        assertThat(times.nanos()).isPositive();
    }

    @Test
    void sessionsByTcpTrainToTheBitsOfOne() throws Exception {
        AutoencoderSpec model = Presets.mnistCnn("cnn");
        String alone = trained(model, AllReduce.NONE);
        List<Callable<String>> work = new ArrayList<>();
        chain(3, PATIENT).forEach(chain -> work.add(() -> trained(model, chain)));

        assertThat(all(work)).containsOnly(alone);
    }

    private static String trained(AutoencoderSpec model, AllReduce sessions) {
        Parameters parameters = Parameters.initialize(model.graph(), new RandomSource(5));
        Samples samples = (index, into, offset) -> {
            RandomGenerator random = new RandomSource(11).stream("sample", index);
            for (int j = 0; j < model.input().size(); j++) {
                into[offset + j] = random.nextFloat();
            }
        };
        try (TrainingSession session = TrainingSession.joined(
                model.graph(), parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 24, 5), 1, sessions)) {
            int[] order = IntStream.range(0, 61).toArray();
            for (int from = 0; from < order.length; from += 24) {
                session.step(samples, order, from, Math.min(24, order.length - from));
            }
        }
        return parameters.sha256();
    }

    @Test
    void listensAtItsOwnAddressAlone() throws Exception {
        assertThat(listeners(1).getFirst().address().getAddress()).isEqualTo(LOOPBACK);
    }

    @Test
    void whoDoesNotKnowTheSecretIsTurnedAwayAndTellsSo() throws Exception {
        List<SessionListener> listeners = listeners(2);
        List<InetSocketAddress> addresses = addresses(listeners);
        Duration shortly = Duration.ofSeconds(4);
        Future<SessionChain> caller =
                join(listeners.get(0), new Membership(0, addresses, secret("quite another secret"), 1, shortly));
        Future<SessionChain> listener = join(listeners.get(1), new Membership(1, addresses, SECRET, 1, shortly));

        assertThatThrownBy(caller::get)
                .cause()
                .isInstanceOf(SessionLostException.class)
                .hasMessageContaining("does not know the secret")
                .hasMessageContaining("session 2 of 2");
        assertThatThrownBy(listener::get)
                .cause()
                .isInstanceOf(SessionLostException.class)
                .hasMessageContaining("session 1 of 2")
                .hasMessageContaining("did not come within 4 s");
    }

    @Test
    void whoIsLeftOverFromAnEarlierAttemptIsTurnedAway() throws Exception {
        List<SessionListener> listeners = listeners(2);
        List<InetSocketAddress> addresses = addresses(listeners);
        Duration shortly = Duration.ofSeconds(4);
        Future<SessionChain> caller = join(listeners.get(0), new Membership(0, addresses, SECRET, 1, shortly));
        Future<SessionChain> listener = join(listeners.get(1), new Membership(1, addresses, SECRET, 2, shortly));

        assertThatThrownBy(caller::get).hasMessageContaining("Can't reach session 2 of 2");
        assertThatThrownBy(listener::get).hasMessageContaining("did not come");
    }

    @Test
    void strangersBeforeTheDoorDoNotKeepTheNeighbourOut() throws Exception {
        List<SessionListener> listeners = listeners(2);
        List<InetSocketAddress> addresses = addresses(listeners);
        Future<SessionChain> listener = join(listeners.get(1), new Membership(1, addresses, SECRET, 1, PATIENT));
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket stranger = new Socket(LOOPBACK, addresses.get(1).getPort());
            opened.add(stranger);
            silent.add(stranger);
            if (i % 2 == 0) {
                stranger.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40).getBytes(StandardCharsets.US_ASCII));
            }
        }
        long start = System.nanoTime();
        Future<SessionChain> caller = join(listeners.get(0), new Membership(0, addresses, SECRET, 1, PATIENT));

        assertThat(caller.get().sessions()).isEqualTo(2);
        assertThat(listener.get().sessions()).isEqualTo(2);
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(15));
        silent.getLast().setSoTimeout(5_000);
        assertThat(silent.getLast().getInputStream().read()).as("hung up on").isEqualTo(-1);
    }

    @Test
    void theDeathOfOneEndsAllSoon() throws Exception {
        List<SessionChain> chains = chain(3, PATIENT);
        Future<float[]> first = threads.submit(() -> sum(chains.get(0), MANY));
        Future<float[]> last = threads.submit(() -> sum(chains.get(2), MANY));
        Thread.sleep(100);
        chains.get(1).close();

        long start = System.nanoTime();
        assertLost(first, "Lost session 2 of 3");
        assertLost(last, "Lost session 2 of 3");
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(15));
    }

    @Test
    void aSessionThatHangsEndsTheOthersInTime() throws Exception {
        List<SessionChain> chains = chain(3, Duration.ofSeconds(1));
        long start = System.nanoTime();
        Future<float[]> first = threads.submit(() -> sum(chains.get(0), MANY));
        Future<float[]> last = threads.submit(() -> sum(chains.get(2), MANY));

        assertLost(first, "nothing came or went within 1 s");
        assertLost(last, "nothing came or went within 1 s");
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(15));
    }

    @Test
    void aSessionThatHasFailedGoesOnFailing() throws Exception {
        List<SessionChain> chains = chain(2, PATIENT);
        chains.get(1).close();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> sum(chains.get(0), MANY)).isInstanceOf(SessionLostException.class);
        }
    }

    @Test
    void sumsOfAnotherLengthAreRefusedBeforeTheyAreRead() throws Exception {
        List<SessionChain> chains = chain(2, PATIENT);
        Future<float[]> first = threads.submit(() -> sum(chains.get(0), 900));
        Future<float[]> other = threads.submit(() -> sum(chains.get(1), 1_200));

        assertLost(other, "All sessions need the same program, model, settings and data");
        assertLost(first, "");
    }

    @Test
    void aFlippedBitIsFound() throws Exception {
        List<SessionListener> listeners = listeners(2);
        try (ServerSocket proxy = new ServerSocket(0, 1, LOOPBACK)) {
            int port = listeners.get(1).address().getPort();
            Future<?> spoiling = threads.submit(() -> spoil(proxy, port));
            List<InetSocketAddress> byProxy =
                    List.of(listeners.get(0).address(), (InetSocketAddress) proxy.getLocalSocketAddress());
            Future<SessionChain> caller = join(listeners.get(0), new Membership(0, byProxy, SECRET, 1, PATIENT));
            Future<SessionChain> listener = join(listeners.get(1), new Membership(1, byProxy, SECRET, 1, PATIENT));
            SessionChain first = caller.get();
            SessionChain second = listener.get();
            Future<float[]> ofFirst = threads.submit(() -> sum(first, 30_000));
            Future<float[]> ofSecond = threads.submit(() -> sum(second, 30_000));

            assertLost(ofSecond, "CRC32C");
            assertLost(ofFirst, "Lost session 2 of 2");
            spoiling.cancel(true);
        }
    }

    /** Passes all on, but flips a bit of the 50,000th byte that the caller sends. */
    private Object spoil(ServerSocket proxy, int port) throws IOException {
        try (Socket caller = proxy.accept();
                Socket listener = new Socket(LOOPBACK, port)) {
            Future<?> back = threads.submit(() -> {
                long passed = listener.getInputStream().transferTo(caller.getOutputStream());
                caller.shutdownOutput();
                return passed;
            });
            InputStream in = caller.getInputStream();
            OutputStream out = listener.getOutputStream();
            byte[] buffer = new byte[1_000];
            long passed = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (passed <= 50_000 && passed + count > 50_000) {
                    buffer[(int) (50_000 - passed)] ^= 4;
                }
                out.write(buffer, 0, count);
                passed += count;
            }
            back.cancel(true);
            return passed;
        }
    }

    private static void assertLost(Future<?> session, String message) {
        assertThatThrownBy(session::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SessionLostException.class)
                .hasMessageContaining(message);
    }

    @Test
    void secretsAreLongEnough() {
        assertThatThrownBy(() -> secret("short")).hasMessageContaining("at least 16 bytes, got 5");
    }
}
