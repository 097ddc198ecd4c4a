package dev.perdure.cli;

import dev.perdure.access.ApiKeys;
import dev.perdure.core.BadSettingException;
import dev.perdure.oip.Right;
import dev.perdure.training.ExitCode;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a key for a program that asks a server. */
@Command(
        name = "api",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a key for a client of perdure serve. It is printed once, and kept nowhere.",
            "The line goes into the file of --api-keys, which has no key in it, only what tells it again."
        })
final class ApiKeyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "Who asks with it, in logs and for limits.")
    String name = "";

    @Option(
            names = "--roles",
            paramLabel = "ROLES",
            defaultValue = "predict",
            description =
                    "predict: ask models, and about them; admin: also load and unload. Default: ${DEFAULT-VALUE}.")
    String roles = "predict";

    @Override
    public Integer call() {
        if (!name.matches("[^\\s#]{1,100}")) {
            throw new BadSettingException(
                    "NAME: '%s' (expected: up to 100 characters without spaces and #)".formatted(name));
        }
        Set<Right> rights = rights();
        String key = ApiKeys.create(new SecureRandom());
        System.out.printf("key    %s%n", key);
        System.out.printf("line   %s%n", ApiKeys.line(name, rights, key));
        System.out.printf(
                "The key is shown this once: give it to %s. The line goes into the file of --api-keys.%n", name);
        return ExitCode.OK.code();
    }

    private Set<Right> rights() {
        try {
            return ApiKeys.roles(roles);
        } catch (IllegalArgumentException e) {
            throw new BadSettingException("--roles: " + e.getMessage());
        }
    }
}
