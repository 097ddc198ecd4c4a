package dev.perdure.cli;

import dev.perdure.model.KeyFiles;
import dev.perdure.model.Trust;
import dev.perdure.model.VerifyingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose bundles are used. */
final class TrustOptions {
    @Option(
            names = "--trust",
            paramLabel = "PATH",
            description =
                    "A public key, or a folder of those (*.pub), of whoever may vouch for bundles. May be repeated.")
    List<Path> trusted = List.of();

    @Option(
            names = "--allow-unsigned",
            description = "Use bundles that nobody who is trusted has signed: for your own, on your own machine.")
    boolean unsignedAllowed;

    Trust trust() throws IOException {
        List<VerifyingKey> keys = new ArrayList<>();
        for (Path place : trusted) {
            keys.addAll(KeyFiles.readPublic(place));
        }
        return unsignedAllowed ? Trust.only(keys).orUnsigned() : Trust.only(keys);
    }

    /** Returns the same for a process that is started. */
    List<String> arguments() {
        var arguments = new ArrayList<String>();
        trusted.forEach(place ->
                arguments.addAll(List.of("--trust", place.toAbsolutePath().toString())));
        if (unsignedAllowed) {
            arguments.add("--allow-unsigned");
        }
        return arguments;
    }
}
