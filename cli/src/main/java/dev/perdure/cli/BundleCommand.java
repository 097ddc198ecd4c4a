package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.engine.Predictors;
import dev.perdure.model.Bundle;
import dev.perdure.model.BundleText;
import dev.perdure.model.Bundles;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.KeyFiles;
import dev.perdure.model.OpenedBundle;
import dev.perdure.model.SigningKey;
import dev.perdure.model.Trust;
import dev.perdure.model.VerifyingKey;
import dev.perdure.onnx.OnnxOptions;
import dev.perdure.onnx.OnnxPredictors;
import dev.perdure.replica.ServedBundle;
import dev.perdure.store.ObjectStores;
import dev.perdure.torch.TorchEngine;
import dev.perdure.torch.TorchPredictors;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunFolder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes model bundles, and looks after them. */
@Command(
        name = "bundle",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a bundle of a finished run: the model of its newest checkpoint with the evidence about it.",
            "A network described by layers is in it twice: as layers and weights, and as an ONNX file that others read.",
            "Both must give the golden answers. Also imports others' models, shows, verifies and signs bundles."
        },
        subcommands = {
            BundleImportCommand.class,
            BundleCommand.Show.class,
            BundleCommand.Verify.class,
            BundleCommand.Sign.class
        })
final class BundleCommand extends CommandGroup {
    @Parameters(arity = "0..1", paramLabel = "RUN", description = "The run's folder.")
    @Nullable
    Path run;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the bundle goes: a new folder.")
    @Nullable
    String out;

    @Option(names = "--key", paramLabel = "FILE", description = "A private key to sign it with; FILE.pub is beside it.")
    @Nullable
    Path key;

    @Option(
            names = "--model-version",
            paramLabel = "TEXT",
            defaultValue = "1",
            description = "The version it is given. Default: ${DEFAULT-VALUE}.")
    String modelVersion = "1";

    @Option(names = "--without-onnx", description = "Leave the ONNX file out.")
    boolean withoutOnnx;

    @Option(
            names = "--measure",
            description = "Measure latencies on this machine; they differ each time, and so does the bundle.")
    boolean measure;

    @Override
    public Integer call() throws Exception {
        if (run == null) {
            return super.call();
        }
        if (out == null) {
            throw new BadSettingException("--out is missing (expected: where the bundle goes). Add: --out DIR");
        }
        try (Arena arena = Arena.ofShared()) {
            var maker = new BundleMaker(new RunFolder(run), new TorchEngine(), frameworks());
            write(out, key, () -> {
                Bundle bundle = maker.make(modelVersion, !withoutOnnx, arena);
                return measure ? maker.measured(bundle) : bundle;
            });
        }
        return ExitCode.OK.code();
    }

    /** Returns a framework for every way in which a bundle may hold a model. */
    static List<Predictors> frameworks() {
        return List.of(new TorchPredictors(1), new OnnxPredictors(OnnxOptions.standard()));
    }

    interface Making {
        Bundle make() throws IOException;
    }

    /** The key is read first: nothing is computed in vain. */
    static void write(String out, @Nullable Path key, Making making) throws IOException {
        SigningKey signer = key == null ? null : KeyFiles.readPrivate(key);
        Bundles place = Bundles.at(ObjectStores.open(out));
        Bundle bundle = making.make();
        System.out.printf("%s: bundle %s%n", out, place.write(bundle, signer));
        int ways = new ServedBundle(bundle).models().size();
        System.out.printf(
                "%d golden samples answered rightly by %s%n",
                bundle.golden().map(GoldenSet::samples).orElse(0L),
                ways == 1
                        ? bundle.program().format().word()
                        : bundle.program().format().word() + " and by onnx");
        System.out.println(
                signer == null
                        ? "It is not signed. Sign it with: perdure bundle sign %s --key FILE".formatted(out)
                        : "signed by key " + signer.publicHalf().id());
    }

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
