package dev.perdure.cli;

import dev.perdure.training.ExitCode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** A command that does nothing but hold others: by itself it says how to use them. */
abstract class CommandGroup implements Callable<Integer> {
    @CommandLine.Spec
    CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec != null) {
            spec.commandLine().usage(System.out);
        }
        return ExitCode.OK.code();
    }
}
