package dev.hourglass.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobBoardTest {
    private record Large(long bytes) implements LargeResult {}

    @Test
    void theOldestLargeResultsMakeRoomForNewerOnes() throws InterruptedException {
        long most = Runtime.getRuntime().maxMemory() / 4;
        try (JobBoard board = new JobBoard()) {
            for (String key : new String[] {"a", "b", "c"}) {
                board.start(key, key, progress -> new Large(most * 2 / 5)).await(10_000);
            }
            board.start("small", "small", progress -> "small").await(10_000);

            assertThat(board.finished("a")).isEmpty();
            assertThat(board.finished("b")).isPresent();
            assertThat(board.finished("c")).isPresent();
            assertThat(board.finished("small")).isPresent();
        }
    }
}
