package dev.perdure.torch;

import dev.perdure.engine.Collectives;
import dev.perdure.testkit.CollectiveContract;
import java.nio.file.Path;
import java.time.Duration;
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
}
