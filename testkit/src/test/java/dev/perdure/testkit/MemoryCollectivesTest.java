package dev.perdure.testkit;

import dev.perdure.engine.Collectives;
import dev.perdure.engine.MemoryCollectives;

class MemoryCollectivesTest extends CollectiveContract {
    private final MemoryCollectives collectives = new MemoryCollectives();

    @Override
    protected Collectives collectives() {
        return collectives;
    }

    @Override
    protected String meetingPoint(long generation) {
        return "here";
    }
}
