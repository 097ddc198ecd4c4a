package dev.perdure.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The native library: found and loaded once a process; its settings and its errors. */
final class OnnxNatives {
    private static final int COMMAND_LINE_BYTES = 4096;

    private OnnxNatives() {}

    /** @throws BadSettingException if there is none for this machine, or it does not load */
    static OrtEnvironment load() {
        requireShort(Path.of("/proc/self/cmdline"));
        OnnxLibrary.place();
        try {
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "perdure");
            environment.setTelemetry(false);
            return environment;
        } catch (LinkageError | IllegalStateException e) {
            Throwable root = root(e);
            throw new BadSettingException(
                    ("ONNX Runtime does not load on %s, %s: %s (expected: Linux on x86-64 or AArch64, or macOS on AArch64;"
                                    + " a home folder or one for temporary files with 100 MB free).")
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), oneLine(root)));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot be set up: " + oneLine(e), e);
        }
    }

    /**
     * Version 1.29 crashes while it is loaded into a process with a longer command line.
     *
     * @param commandLine as Linux has it; other systems have none
     * @throws BadSettingException if it is too long
     */
    static void requireShort(Path commandLine) {
        try {
            int bytes = Files.readAllBytes(commandLine).length;
            if (bytes >= COMMAND_LINE_BYTES) {
                throw new BadSettingException(
                        "command line: %d bytes (expected: < %d). ONNX Runtime crashes with a longer one: give the class path in the environment variable CLASSPATH, or in an @file."
                                .formatted(bytes, COMMAND_LINE_BYTES));
            }
        } catch (IOException _) {
            // another system
        }
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Waiting threads sleep instead of spinning: others share the processor. */
    static SessionOptions options(OnnxOptions options) throws OrtException {
        var session = new SessionOptions();
        session.setIntraOpNumThreads(options.threads());
        session.setInterOpNumThreads(1);
        session.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
        session.setOptimizationLevel(
                options.optimised() ? SessionOptions.OptLevel.ALL_OPT : SessionOptions.OptLevel.NO_OPT);
        session.setDeterministicCompute(true);
        session.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        session.addConfigEntry("session.intra_op.allow_spinning", "0");
        return session;
    }

    /** Returns what the library says, in one line. */
    static String oneLine(Throwable error) {
        String message = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
