package dev.perdure.checkpoint;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Suggestions;
import dev.perdure.core.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Compares what a checkpoint has with what a training wants, before anything is written. */
final class Compatibility {
    private static final int SHOWN_MAX = 10;

    private Compatibility() {}

    /** @throws BadSettingException if the tensors differ in names, types or shapes */
    static void check(Manifest manifest, SequencedMap<String, TensorData> wanted) {
        Map<String, Manifest.Entry.Tensor> saved = LinkedHashMap.newLinkedHashMap(wanted.size());
        manifest.tensors().forEach(tensor -> saved.put(tensor.name(), tensor));
        List<String> problems = new ArrayList<>();
        wanted.forEach((name, tensor) -> problemOf(name, tensor, saved).ifPresent(problems::add));
        for (String name : saved.keySet()) {
            if (!wanted.containsKey(name)) {
                problems.add("tensor %s: in the checkpoint, not in this model".formatted(name));
            }
        }
        if (!problems.isEmpty()) {
            throw new BadSettingException(message(manifest, problems));
        }
    }

    private static java.util.Optional<String> problemOf(
            String name, TensorData wanted, Map<String, Manifest.Entry.Tensor> saved) {
        Manifest.Entry.Tensor tensor = saved.get(name);
        if (tensor == null) {
            String hint = saved.size() < 1000 ? Suggestions.didYouMean(name, saved.keySet()) : "";
            return java.util.Optional.of(
                    "tensor %s: not in the checkpoint. %s".formatted(name, hint).stripTrailing());
        }
        if (tensor.dtype() != wanted.dtype() || !tensor.shape().equals(wanted.shape())) {
            return java.util.Optional.of("tensor %s: %s %s in the checkpoint (expected by this model: %s %s)"
                    .formatted(name, tensor.dtype(), tensor.shape(), wanted.dtype(), wanted.shape()));
        }
        return java.util.Optional.empty();
    }

    private static List<String> message(Manifest manifest, List<String> problems) {
        var shown = new ArrayList<String>();
        shown.add(
                ("checkpoint of step %d does not fit this model and optimizer. Use the configuration it was saved with,"
                                + " or another folder for the run:")
                        .formatted(manifest.name().step()));
        problems.stream().limit(SHOWN_MAX).map(p -> "  " + p).forEach(shown::add);
        if (problems.size() > SHOWN_MAX) {
            shown.add("  … and %d more".formatted(problems.size() - SHOWN_MAX));
        }
        return shown;
    }
}
