package dev.perdure.cli;

import dev.perdure.oip.OipAddress;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts replicas as JVMs on this machine, with this process's class path. A replica outlives this process for as long as its
 * {@code --orphan-seconds} say: whoever comes after adopts it.
 *
 * @param options of {@code perdure replica}, besides where it listens and whose child it is
 * @param log where its standard error goes
 */
record ReplicaLauncher(List<String> options, Path log) {
    ReplicaLauncher {
        options = List.copyOf(options);
    }

    /** Starts one. It says a JSON line on its standard output when its models can be asked. */
    Process start(OipAddress address) throws IOException {
        var flags = new ArrayList<>(Jvm.ENGINE_FLAGS);
        flags.add("-Dcom.linecorp.armeria.tlsEngineType=jdk"); // to look for OpenSSL takes a tenth of the whole start
        flags.add("-XX:ErrorFile=" + log.toAbsolutePath().resolveSibling("hs_err_pid%p.log"));
        flags.addAll(Jvm.archive("replica.aot", false));
        var program = new ArrayList<>(List.of(
                Perdure.class.getName(),
                "replica",
                "--listen",
                address.toString(),
                ReplicaCommand.PARENT,
                Long.toString(ProcessHandle.current().pid())));
        program.addAll(options);
        return Jvm.withClassPath(Jvm.withNativeThreads(new ProcessBuilder(Jvm.untouched(flags, program)), 1))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }
}
