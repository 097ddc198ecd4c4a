package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.ResolvedSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs of a cross-validation: one for each fold, in {@code fold-1} to {@code fold-K} of the run's folder, each a run like
 * any other. What a fold computes is a function of the whole configuration and the fold's number: its own configuration says
 * both, in {@code data.split}, and so do its digest and that of its data.
 */
public final class Folds {
    private Folds() {}

    /** Returns the folders of all folds, in order, whether they exist or not. */
    public static List<RunFolder> folders(RunFolder run, RunConfig whole) {
        var folders = new ArrayList<RunFolder>();
        for (int fold = 1; fold <= count(whole); fold++) {
            folders.add(new RunFolder(run.path().resolve("fold-" + fold)));
        }
        return List.copyOf(folders);
    }

    private static int count(RunConfig whole) {
        return whole.folds()
                .orElseThrow(() -> new IllegalArgumentException("training.folds: absent (expected: 2 or more)"));
    }

    /** Returns the configuration of a fold, counting from 1. */
    public static RunConfig configOf(RunConfig whole, int fold) {
        int folds = count(whole);
        Map<String, Object> settings = new LinkedHashMap<>(whole.resolved());
        Map<String, Object> training = sectionOf(settings, "training");
        training.remove("folds");
        Map<String, Object> data = sectionOf(settings, "data");
        Map<String, Object> split = sectionOf(data, "split");
        split.put("folds", folds);
        split.put("fold", fold);
        settings.put("name", "%s, fold %d of %d".formatted(whole.name(), fold, folds));
        return RunConfig.parse("fold " + fold, ResolvedSettings.toYaml(settings), whole.base());
    }

    /** Puts a copy of a nested section in the place of the section, and returns it. */
    private static Map<String, Object> sectionOf(Map<String, Object> settings, String key) {
        var section = new LinkedHashMap<String, Object>();
        if (settings.get(key) instanceof Map<?, ?> entries) {
            entries.forEach((name, value) -> section.put(String.valueOf(name), value));
        }
        settings.put(key, section);
        return section;
    }

    /**
     * Makes a fold's folder, or brings the one that is there up to date in what may change on the way.
     *
     * @return the fold's configuration
     * @throws BadSettingException if the folder holds another run, or something else
     */
    public static RunConfig prepare(RunFolder folder, RunConfig whole, int fold) throws IOException {
        RunConfig config = configOf(whole, fold);
        if (!folder.exists()) {
            clear(folder.path());
            folder.create(config);
            return config;
        }
        RunConfig held = folder.readConfig();
        List<String> differences = held.differencesThatMatter(config);
        if (!differences.isEmpty()) {
            throw new BadSettingException(
                    "%s: is a run of another configuration (%s). Choose another --run, or move it away."
                            .formatted(folder.path(), String.join("; ", differences)));
        }
        if (!held.toYaml().equals(config.toYaml())) {
            RunFolder.write(folder.config(), config.toYaml());
        }
        return config;
    }

    /** Takes away the draft of a configuration that somebody was killed over. */
    private static void clear(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (var drafts = Files.newDirectoryStream(folder, "config.yaml.*.new")) {
                for (Path draft : drafts) {
                    Files.delete(draft);
                }
            }
        }
    }
}
