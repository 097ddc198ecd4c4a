package dev.perdure.cli;

import dev.perdure.oip.OipAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Starts replicas as another does, and knows them all: for whoever means to harm them. */
final class StartedReplicas implements LocalReplicas.Program {
    private final LocalReplicas.Program program;
    private final List<ProcessHandle> started = new CopyOnWriteArrayList<>();

    StartedReplicas(LocalReplicas.Program program) {
        this.program = program;
    }

    @Override
    public Process start(OipAddress address, String bundle, List<String> options, Path log) throws IOException {
        Process process = program.start(address, bundle, options, log);
        started.add(process.toHandle());
        return process;
    }

    /** Returns those that live, the one that was started first before others. */
    List<ProcessHandle> living() {
        return started.stream().filter(ProcessHandle::isAlive).toList();
    }
}
