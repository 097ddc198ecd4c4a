package dev.perdure.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** A real file system that is really full after a few bytes: a tmpfs. Only root may mount one; for others a test that needs it is skipped. */
public final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /**
     * Mounts one over a folder that exists; what is in that is hidden until this is closed.
     *
     * @param options such as {@code size=64k}, with commas between them
     */
    public static SmallDisk over(Path folder, String options) {
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString()), "only root may mount one");
        return new SmallDisk(folder);
    }

    /** Has other options from now on: a greater size, or {@code ro}. What is on it stays. */
    public void change(String options) {
        assertThat(succeeds("mount", "-o", "remount," + options, folder.toString()))
                .as("%s becomes %s", folder, options)
                .isTrue();
    }

    @Override
    public void close() {
        assertThat(succeeds("umount", folder.toString()))
                .as("%s is left", folder)
                .isTrue();
    }

    private static boolean succeeds(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(String.join(" ", command), e);
        }
    }
}
