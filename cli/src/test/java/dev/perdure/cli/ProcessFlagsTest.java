package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessFlagsTest {
    @Test
    void whatTheKernelWritesIsRead() {
        assertThat(ProcessFlags.isEnding("7 (a) b) S 1 7 7 0 -1 4194304 0 0")).isFalse();
        assertThat(ProcessFlags.isEnding("7 (a) b) Z 1 7 7 0 -1 4194308 0 0")).isTrue();
    }

    @Test
    void aProcessThatWasKilledEndsAndOneThatLivesDoesNot() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        try (ProcessFlags flags = ProcessFlags.of(process.pid()).orElseThrow()) {
            assertThat(flags.isEnding()).isFalse();
            process.destroyForcibly();
            while (!flags.isEnding()) {
                LockSupport.parkNanos(1_000_000);
            }
            process.waitFor();
            assertThat(flags.isEnding()).isTrue();
            assertThat(ProcessFlags.of(process.pid())).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }
}
