package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Predecessor;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunTakenException;
import dev.perdure.training.TeamSupervisor;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The process that supervises a run. It says what happens as {@link FrontLine}s, ends the run when it reads {@code stop} or
 * is asked by SIGTERM, and goes on to the end when whoever started it is gone.
 */
@Command(name = "supervise", hidden = true, description = "Started by train and resume.")
final class SuperviseCommand implements Callable<Integer> {
    static final String STOP = "stop";
    private static final int PATIENCE_SECONDS = 20;

    @Parameters(paramLabel = "RUN")
    Path run = Path.of("");

    @Option(names = "--allow-changed-data")
    boolean changedDataAllowed;

    @Option(names = "--standby")
    boolean standby;

    @Option(names = "--predecessor")
    @Nullable
    String predecessor;

    @Option(names = "--last-sign")
    long lastSignMillis;

    @Option(names = "--noticed")
    long noticedMillis;

    @Override
    public Integer call() throws Exception {
        var lines = new FrontLines(new FileOutputStream(FileDescriptor.out), System::nanoTime);
        FrontLine.End end = supervise(lines);
        lines.end(end);
        return end.exitCode();
    }

    private FrontLine.End supervise(FrontLines lines) throws InterruptedException {
        var ended = new CountDownLatch(1);
        try {
            TeamSupervisor supervisor = supervisor(lines);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> asked(supervisor, ended)));
            Thread.ofPlatform().daemon().name("perdure-front").start(() -> listen(supervisor));
            RunOutcome outcome = supervisor.run();
            return new FrontLine.End(outcome.exitCode().code(), outcome.problem(), false, true);
        } catch (BadSettingException e) {
            String problem = String.join("\n", e.problems());
            return new FrontLine.End(ExitCode.BAD_SETTING.code(), problem, e instanceof RunTakenException, false);
        } catch (IOException e) {
            return new FrontLine.End(ExitCode.STORE_FAILED.code(), Perdure.describe(e), false, false);
        } finally {
            ended.countDown();
        }
    }

    private TeamSupervisor supervisor(FrontLines lines) {
        RunFolder folder = new RunFolder(run);
        RunConfig config = folder.readConfig();
        LocalLauncher launcher = LocalLauncher.of(config, changedDataAllowed);
        var supervisor = new TeamSupervisor(folder, config, WirePort::open, launcher, lines, InstantSource.system());
        if (predecessor != null) {
            supervisor.succeeds(new Predecessor(
                    Instant.ofEpochMilli(lastSignMillis), Instant.ofEpochMilli(noticedMillis), predecessor));
        }
        if (standby) {
            supervisor.standsBy();
        }
        return supervisor;
    }

    /** Whoever started this process may ask for the end. That it is gone is no such wish. */
    private static void listen(TeamSupervisor supervisor) {
        try (var reader = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals(STOP)) {
                    supervisor.stop("interrupted");
                }
            }
        } catch (IOException e) {
            // The same as its end.
        }
    }

    private static void asked(TeamSupervisor supervisor, CountDownLatch ended) {
        supervisor.stop("ended by a signal");
        try {
            ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
