package dev.perdure.cli;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Starts the processes that answer clients, as JVMs on this machine that outlive this one.
 *
 * @param folder of the session
 * @param arguments that {@code perdure serve} was given
 */
record GatewayLauncher(ServeFolder folder, List<String> arguments) {
    GatewayLauncher {
        arguments = List.copyOf(arguments);
    }

    /** Starts one. It has no pipe to this process: what it says goes to the folder's files. */
    Process start(int number) throws IOException {
        var flags = new ArrayList<>(List.of(
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dperdure.log.level=INFO",
                "-XX:ErrorFile=" + folder.path().resolve("hs_err_pid%p.log")));
        String dist = System.getProperty("perdure.dist");
        if (dist != null) {
            flags.add("-Dperdure.dist=" + dist);
        }
        flags.addAll(Jvm.archive("gateway.aot", false));
        flags.addAll(options());
        var program = new ArrayList<>(List.of(Perdure.class.getName(), "serve"));
        program.addAll(arguments);
        program.addAll(List.of(
                GatewaysOptions.FOLDER, folder.path().toString(), GatewaysOptions.NUMBER, Integer.toString(number)));
        return Jvm.withClassPath(new ProcessBuilder(Jvm.untouched(flags, program)))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.gatewayOut(number).toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.gatewayLog(number).toFile()))
                .start();
    }

    /** What a person wants gateways' JVMs to be given besides: {@code PERDURE_JAVA_OPTS}, as this process was given it. */
    private static List<String> options() {
        return Arrays.stream(
                        System.getenv().getOrDefault("PERDURE_JAVA_OPTS", "").split("\\s+"))
                .filter(option -> !option.isEmpty())
                .toList();
    }
}
