package dev.perdure.model;

import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What training hands to serving: a model, and the evidence about it. {@code docs/bundle-format.md} says how it is written.
 * What is absent was not made, and nobody may guess it.
 *
 * @param name of the model, such as {@code digits}
 * @param version of it, such as {@code 1}
 * @param created when the bundle was made
 * @param signature what it takes and gives
 * @param labels of the classes, in the order of the output's elements; empty when there are none
 * @param preprocessing what was done to raw values; absent when that is not known
 * @param program what computes
 * @param onnx the same network as an ONNX file with its weights, for whoever runs those; absent when there is none, and when
 *     the program is ONNX itself
 * @param weights by PyTorch's names; may be empty where the program holds them
 * @param golden samples and the right answers to them
 * @param guard what inputs looked like in training
 * @param drift what to compare later inputs with
 * @param performance how fast it is
 * @param fallback what to answer when nothing can compute
 * @param evaluation how good it is
 * @param provenance where it comes from
 */
public record Bundle(
        String name,
        String version,
        Instant created,
        ModelSignature signature,
        List<String> labels,
        Optional<Preprocessing> preprocessing,
        Program program,
        Optional<MemorySegment> onnx,
        SequencedMap<String, TensorData> weights,
        Optional<GoldenSet> golden,
        Optional<GuardProfile> guard,
        Optional<DriftReference> drift,
        Optional<Performance> performance,
        Optional<Fallback> fallback,
        Optional<Evaluation> evaluation,
        Provenance provenance) {
    public Bundle {
        Checks.name("model", name);
        Checks.name("version", version);
        labels = Checks.distinct("label", labels, label -> Checks.name("label", label));
        weights = Checks.copy(weights);
        if (onnx.isPresent() && program.format() == Program.Format.ONNX) {
            throw new IllegalArgumentException(
                    "two ONNX files (expected: one, as the program or beside another program)");
        }
        golden.ifPresent(set -> requireFit(signature, set));
        fallback.ifPresent(rule -> requireFit(signature, rule));
    }

    private static void requireFit(ModelSignature signature, GoldenSet golden) {
        requireFit("input", signature.inputs(), golden.inputs(), golden.samples());
        requireFit("output", signature.outputs(), golden.outputs(), golden.samples());
    }

    private static void requireFit(
            String kind, List<TensorSpec> specs, SequencedMap<String, TensorData> tensors, long samples) {
        requireNames("golden set: " + kind + "s", specs, tensors);
        for (TensorSpec spec : specs) {
            TensorData tensor = tensors.get(spec.name());
            if (tensor == null
                    || tensor.dtype() != spec.dtype()
                    || !tensor.shape().equals(spec.batch(samples))) {
                throw new IllegalArgumentException("golden set: %s '%s' is %s %s (expected: %s %s)"
                        .formatted(
                                kind,
                                spec.name(),
                                tensor == null ? "nothing" : tensor.dtype(),
                                tensor == null ? "" : tensor.shape(),
                                spec.dtype(),
                                spec.batch(samples)));
            }
        }
    }

    private static void requireFit(ModelSignature signature, Fallback fallback) {
        requireNames("fallback: outputs", signature.outputs(), fallback.outputs());
        for (TensorSpec spec : signature.outputs()) {
            int given = fallback.outputs().getOrDefault(spec.name(), List.of()).size();
            if (given != spec.sample().elements()) {
                throw new IllegalArgumentException("fallback: output '%s' has %d numbers (expected: %d, one sample's)"
                        .formatted(spec.name(), given, spec.sample().elements()));
            }
        }
    }

    private static void requireNames(String what, List<TensorSpec> specs, SequencedMap<String, ?> given) {
        List<String> names = specs.stream().map(TensorSpec::name).toList();
        if (!given.keySet().equals(Set.copyOf(names))) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: those of the signature, %s)".formatted(what, given.keySet(), names));
        }
    }
}
