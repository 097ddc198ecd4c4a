package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.ExitCode;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import dev.perdure.training.RunSupervisor.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What else may happen to a run: its supervisor dies, checkpoints are damaged, the disk is full. */
class FailureTest {
    private static final RunListener NOBODY = new RunListener() {};

    @TempDir
    static Path folder;

    private static SmallRun small;
    private static RunReport calm;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        small = SmallRun.in(folder);
        calm = small.undisturbed("calm").report();
    }

    @Test
    void aDamagedNewestCheckpointIsNamedAndPassedOver() throws Exception {
        RunFolder run = finishedRun("damaged");
        Path newest = objects(run).getLast();
        flipLastByte(newest);
        Outcome outcome = SmallRun.supervise(run, List.of(), NOBODY);

        assertThat(outcome.report().weightsSha256()).isEqualTo(calm.weightsSha256());
        assertThat(outcome.report().stepsRedone()).isPositive();
        assertThat(outcome.report().incidents()).anySatisfy(incident -> {
            assertThat(incident.kind()).isEqualTo("checkpoint-damaged");
            assertThat(incident.evidence())
                    .contains("bytes")
                    .contains(newest.getFileName().toString());
            assertThat(incident.action()).startsWith("went back to step");
        });
    }

    @Test
    void whenNoCheckpointIsIntactTheRecipeIsReplayed() throws Exception {
        RunFolder run = finishedRun("all-damaged");
        for (Path object : objects(run)) {
            flipLastByte(object);
        }
        Outcome outcome = SmallRun.supervise(run, List.of(), NOBODY);

        assertThat(outcome.report().weightsSha256()).isEqualTo(calm.weightsSha256());
        assertThat(outcome.report().stepsRedone()).isEqualTo(calm.steps());
        assertThat(outcome.report().incidents())
                .anySatisfy(incident -> assertThat(incident.action()).isEqualTo("started over from the recipe"));
    }

    @Test
    void aMirrorMendsWhatIsDamagedAndNoStepIsLost() throws Exception {
        Path mirror = folder.resolve("mirror");
        RunFolder run = small.folder("mirrored");
        small.train("mirrored", List.of(), NOBODY, "checkpoint.mirror=" + mirror);
        for (Path object : objects(run)) {
            flipLastByte(object);
        }
        Outcome outcome = SmallRun.supervise(run, List.of(), NOBODY);

        assertThat(outcome.report().weightsSha256()).isEqualTo(calm.weightsSha256());
        assertThat(outcome.report().stepsRedone()).isZero();
        assertThat(Perdure.run("checkpoint", "verify", run.path().toString(), "--step", "" + calm.steps()))
                .isEqualTo(ExitCode.OK.code());
    }

    @Test
    void whenTheSupervisorIsKilledItsTrainerEndsAndResumeGoesOn() throws Exception {
        RunFolder run = small.folder("orphan");
        Process supervisor = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Perdure.class.getName(),
                        "train",
                        small.config().toString(),
                        "--run",
                        run.path().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("orphan.out").toFile())
                .start();
        try {
            awaitSteps(run, supervisor);
            List<ProcessHandle> trainers = supervisor.descendants().toList();
            supervisor.destroyForcibly().waitFor();
            assertThat(trainers).isNotEmpty();
            for (ProcessHandle trainer : trainers) {
                trainer.onExit().get(10, TimeUnit.SECONDS);
            }
        } finally {
            supervisor.destroyForcibly();
        }
        Outcome outcome = SmallRun.supervise(run, List.of(), NOBODY);

        assertThat(outcome.report().weightsSha256()).isEqualTo(calm.weightsSha256());
        assertThat(outcome.report().samplesLost() + outcome.report().samplesRepeated())
                .isZero();
        assertThat(outcome.report().incidents())
                .anySatisfy(incident -> assertThat(incident.kind()).isEqualTo("supervisor-killed"));
    }

    /** Waits until some steps are applied, or the process has ended. */
    private static void awaitSteps(RunFolder run, Process supervisor) throws InterruptedException, IOException {
        while (!Files.exists(run.metrics()) || Files.size(run.metrics()) < 1000) {
            assertThat(supervisor.waitFor(5, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    @Test
    void aFullDiskStopsTheRunWithOneMessageAndRoomLetsItGoOn() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()) == 0);
        try {
            RunFolder full = small.folder("full");
            full.create(dev.perdure.training.RunConfig.read(small.config(), List.of("checkpoint.save-errors-max=1")));
            Files.createSymbolicLink(full.checkpoints(), disk);
            Outcome outcome = SmallRun.supervise(full, List.of(), NOBODY);

            assertThat(outcome.exitCode()).isEqualTo(ExitCode.STORE_FAILED);
            assertThat(outcome.problem()).isNotBlank().doesNotContain("\tat ");
            assertThat(outcome.report().incidents())
                    .anySatisfy(incident -> assertThat(incident.kind()).isEqualTo("save-failed"));
            assertThat(run("mount", "-o", "remount,size=16m", disk.toString())).isZero();
            assertThat(SmallRun.supervise(full, List.of(), NOBODY).report().weightsSha256())
                    .isEqualTo(calm.weightsSha256());
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void changedDataAreRefusedWithBothDigestsUnlessAllowed() throws Exception {
        Path other = Files.createDirectory(folder.resolve("changing"));
        SmallRun changing = SmallRun.in(other);
        changing.undisturbed("run");
        flipLastByte(other.resolve("images.idx"));
        Outcome refused = SmallRun.supervise(changing.folder("run"), List.of(), NOBODY);

        assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_DATA);
        assertThat(refused.problem()).contains(calm.dataDigest()).contains("--allow-changed-data");
        assertThat(Perdure.run("resume", other.resolve("run").toString(), "--allow-changed-data"))
                .isEqualTo(ExitCode.OK.code());
    }

    @Test
    void aRunThatDivergesStopsAtItsStepAndIsNotRestarted() throws Exception {
        Outcome outcome = small.train("diverging", List.of(), NOBODY, "training.learning-rate=3e38");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.DIVERGED);
        assertThat(outcome.problem()).startsWith("Step ").contains("training.learning-rate");
        assertThat(outcome.report().incidents()).singleElement().satisfies(incident -> {
            assertThat(incident.kind()).isEqualTo("diverged");
            assertThat(incident.action()).isEqualTo("stopped");
        });
    }

    private static RunFolder finishedRun(String name) throws Exception {
        assertThat(small.undisturbed(name).exitCode()).isEqualTo(ExitCode.OK);
        return small.folder(name);
    }

    /** Returns the objects of a run's checkpoints, oldest first. */
    private static List<Path> objects(RunFolder run) throws IOException {
        try (Stream<Path> files = Files.list(run.checkpoints().resolve("objects"))) {
            var objects = new ArrayList<>(files.toList());
            objects.sort(
                    Comparator.comparingLong((Path object) -> object.toFile().lastModified()));
            return objects;
        }
    }

    private static void flipLastByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return 1; // there is no such program here
        }
    }
}
