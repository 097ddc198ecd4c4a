package dev.perdure.cli;

import dev.perdure.model.BundleText;
import dev.perdure.model.Bundles;
import dev.perdure.model.KeyFiles;
import dev.perdure.model.OpenedBundle;
import dev.perdure.model.SigningKey;
import dev.perdure.model.Trust;
import dev.perdure.model.VerifyingKey;
import dev.perdure.store.ObjectStores;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks after model bundles. */
@Command(
        name = "bundle",
        mixinStandardHelpOptions = true,
        description = "Shows, verifies and signs model bundles: a model with the evidence about it.",
        subcommands = {BundleCommand.Show.class, BundleCommand.Verify.class, BundleCommand.Sign.class})
final class BundleCommand extends CommandGroup {

    /** A bundle, and whose word is taken for it. */
    static final class Which {
        @Parameters(paramLabel = "DIR", description = "The bundle's folder.")
        String location = "";

        @Option(
                names = "--trust",
                paramLabel = "PATH",
                description =
                        "A public key, or a folder of those (*.pub), of whoever may vouch for it. May be repeated.")
        List<Path> trusted = List.of();

        Bundles place() throws IOException {
            return Bundles.at(ObjectStores.open(location));
        }

        Trust trust() throws IOException {
            List<VerifyingKey> keys = new ArrayList<>();
            for (Path place : trusted) {
                keys.addAll(KeyFiles.readPublic(place));
            }
            return Trust.only(keys);
        }
    }

    /** Shows. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what a bundle holds and what it lacks. Every byte is verified before.",
                "Without --trust nobody knows who made it, and the answer says so."
            })
    static final class Show implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Override
        public Integer call() throws Exception {
            Trust trust = which.trust().orUnsigned();
            try (Arena arena = Arena.ofConfined()) {
                BundleText.of(which.place().open(trust, arena)).forEach(System.out::println);
            }
            return ExitCode.OK.code();
        }
    }

    /** Verifies. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Reads every byte of a bundle, and checks digests, sizes and signature.",
                "Exit code 7 when it was altered or damaged, 2 when nobody who is trusted vouches for it."
            })
    static final class Verify implements Callable<Integer> {
        @Mixin
        Which which = new Which();

        @Option(
                names = "--allow-unsigned",
                description =
                        "Accept a bundle that nobody who is trusted has signed: for your own, on your own machine.")
        boolean unsignedAllowed;

        @Override
        public Integer call() throws Exception {
            Trust trust = unsignedAllowed ? which.trust().orUnsigned() : which.trust();
            OpenedBundle opened = which.place().verify(trust);
            System.out.printf(
                    "%s: whole (%s read)%n%s%n",
                    which.location,
                    CheckpointCommand.size(opened.bytes()),
                    opened.standing().words());
            return ExitCode.OK.code();
        }
    }

    /** Signs. */
    @Command(
            name = "sign",
            mixinStandardHelpOptions = true,
            description = "Verifies a bundle and signs it. Signatures of other keys stay. Nothing else is changed.")
    static final class Sign implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "The bundle's folder.")
        String location = "";

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description = "The private key; FILE.pub is beside it. Make one with: perdure key create FILE")
        Path key = Path.of("");

        @Override
        public Integer call() throws Exception {
            SigningKey signer = KeyFiles.readPrivate(key);
            OpenedBundle signed = Bundles.at(ObjectStores.open(location)).sign(signer);
            System.out.printf("%s: %s%n", location, signed.standing().words());
            return ExitCode.OK.code();
        }
    }
}
