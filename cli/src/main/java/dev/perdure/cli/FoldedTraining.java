package dev.perdure.cli;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Figures;
import dev.perdure.training.Folds;
import dev.perdure.training.FoldsReport;
import dev.perdure.training.FoldsReport.Estimate;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** A cross-validation in front of a person: one fold's run after the other, those that have finished already kept. */
final class FoldedTraining {
    private final RunFolder folder;
    private final RunConfig config;
    private final PrintStream out = System.out;

    /** @param config has folds */
    FoldedTraining(RunFolder folder, RunConfig config) {
        this.folder = folder;
        this.config = config;
    }

    /** Runs what is left to do, and returns the exit code: that of the first fold that could not finish, if there is one. */
    int run(Optional<Path> json, boolean changedDataAllowed) throws IOException, InterruptedException {
        json.ifPresent(RunSession::checkFolderOf);
        List<RunFolder> folds = Folds.folders(folder, config);
        var reports = new ArrayList<RunReport>();
        for (int fold = 1; fold <= folds.size(); fold++) {
            RunFolder of = folds.get(fold - 1);
            RunConfig settings = Folds.prepare(of, config, fold);
            Optional<RunReport> finished = FinishedRun.of(of, settings);
            out.printf("%nFold %d of %d%s%n", fold, folds.size(), finished.isPresent() ? ": has finished already" : "");
            if (finished.isEmpty()) {
                int exitCode = new RunSession(of, settings).run(Optional.empty(), changedDataAllowed);
                if (exitCode != ExitCode.OK.code()) {
                    System.err.println("To go on with this fold and those after it: perdure resume " + folder.path());
                    return exitCode;
                }
            }
            reports.add(RunReport.read(of.reportJson()));
        }
        conclude(FoldsReport.of(config.name(), reports), json);
        return ExitCode.OK.code();
    }

    private void conclude(FoldsReport report, Optional<Path> json) throws IOException {
        report.write(folder, config);
        if (json.isPresent()) {
            Files.writeString(json.get(), report.toJson());
        }
        out.printf(
                "%n%d folds in %s; mean ± standard deviation, and the 95 %% interval of the mean:%n",
                report.folds().size(), Figures.seconds(report.wallSeconds()));
        tell("held-out loss", report.heldOutLoss(), Figures::number);
        tell("held-out accuracy", report.heldOutAccuracy(), Figures::percent);
        tell("test loss", report.testLoss(), Figures::number);
        tell("test accuracy", report.testAccuracy(), Figures::percent);
        out.printf("  best fold %d, worst fold %d (by held-out loss)%n", report.bestFold(), report.worstFold());
        out.println("Report:          " + folder.reportHtml());
    }

    private void tell(String name, @Nullable Estimate e, DoubleFunction<String> words) {
        if (e != null) {
            out.printf(
                    "  %-18s %s ± %s   (%s to %s)%n",
                    name,
                    words.apply(e.mean()),
                    words.apply(e.deviation()),
                    words.apply(e.low()),
                    words.apply(e.high()));
        }
    }
}
