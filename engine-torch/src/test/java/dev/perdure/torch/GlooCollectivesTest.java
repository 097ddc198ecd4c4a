package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perdure.engine.Collective;
import dev.perdure.engine.Collectives;
import dev.perdure.testkit.CollectiveContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GlooCollectivesTest extends CollectiveContract {
    private static final GlooCollectives COLLECTIVES = new GlooCollectives(Duration.ofMinutes(1));

    @TempDir
    private Path folder;

    @Override
    protected Collectives collectives() {
        return COLLECTIVES;
    }

    @Override
    protected String meetingPoint(long generation) {
        return "file:" + folder.resolve("generation-" + generation);
    }

    @Test
    void aGroupThatIsClosedLeavesNothingBehind() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/fd")), "only Linux tells what a process has open");
        together(3, Collective::gatherLongs);
        long filesBefore = count("/proc/self/fd");
        long threadsBefore = count("/proc/self/task");
        for (int round = 0; round < 30; round++) {
            together(3, Collective::gatherLongs);
        }
        assertThat(count("/proc/self/fd") - filesBefore).as("open files").isLessThan(10);
        assertThat(count("/proc/self/task") - threadsBefore).as("threads").isLessThan(10);
        assertThat(folder).as("meeting points that all have left").isEmptyDirectory();
    }

    private static long count(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(folder))) {
            return entries.count();
        }
    }
}
