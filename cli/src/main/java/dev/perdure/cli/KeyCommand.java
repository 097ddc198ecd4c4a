package dev.perdure.cli;

import dev.perdure.model.KeyFiles;
import dev.perdure.model.SigningKey;
import dev.perdure.model.VerifyingKey;
import dev.perdure.training.ExitCode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes and shows the keys that bundles are signed with, and makes those that programs show. */
@Command(
        name = "key",
        mixinStandardHelpOptions = true,
        description = {
            "Makes and shows the Ed25519 keys that model bundles are signed with,",
            "and makes the keys that programs show to perdure serve."
        },
        subcommands = {KeyCommand.Create.class, KeyCommand.Show.class, ApiKeyCommand.class})
final class KeyCommand extends CommandGroup {

    /** Makes. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a key pair. FILE is the private half: readable by you only, and to be kept secret.",
                "FILE.pub is the public half: for whoever verifies. No key is ever overwritten."
            })
    static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "Where the private half goes.")
        Path file = Path.of("");

        @Override
        public Integer call() throws Exception {
            SigningKey key = KeyFiles.create(file);
            System.out.printf("key      %s%n", key.publicHalf().id());
            System.out.printf("private  %s (keep it secret, and a copy of it safe)%n", file);
            System.out.printf("public   %s (give it to whoever verifies)%n", KeyFiles.publicFileOf(file));
            return ExitCode.OK.code();
        }
    }

    /** Shows. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Shows the names of public keys: what signatures are filed under, and what two people compare.")
    static final class Show implements Callable<Integer> {
        @Parameters(
                paramLabel = "PATH",
                description = "A public key, a folder of those (*.pub), or a private key with its .pub beside it.")
        Path place = Path.of("");

        @Override
        public Integer call() throws Exception {
            if (KeyFiles.isPrivate(place)) {
                System.out.printf(
                        "key %s, private half%n",
                        KeyFiles.readPrivate(place).publicHalf().id());
                return ExitCode.OK.code();
            }
            for (VerifyingKey key : KeyFiles.readPublic(place)) {
                System.out.printf("key %s%n%s", key.id(), KeyFiles.publicText(key));
            }
            return ExitCode.OK.code();
        }
    }
}
