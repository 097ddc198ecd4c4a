package dev.perdure.replica;

import dev.perdure.core.BadSettingException;
import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.OpenedBundle;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.replica.LoadRefusedException.Reason;
import dev.perdure.store.ObjectStores;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Opens a bundle's model: verified, and asked the golden set before anybody hears of it.
 *
 * @param frameworks the preferred one first; a later one is not even loaded while an earlier one runs the model
 */
record ModelLoader(List<Supplier<Predictors>> frameworks, Trust trust, ReplicaProbe probe) {
    ModelLoader {
        frameworks = List.copyOf(frameworks);
    }

    /** A framework, and the way of a bundle's model that it runs. */
    private record Way(Predictors framework, ServedModel model) {
        String name() {
            return "%s, run by %s".formatted(model.program().kind(), framework.build());
        }
    }

    /** What there is of a model before it answers anybody. Whoever has it closes the predictor. */
    record Opened(HostedModel.Known known, Predictor predictor) {}

    /** @param digest what the manifest's SHA-256 must be; absent for whatever is there */
    Opened open(String place, Optional<String> digest) throws LoadRefusedException {
        try (Arena arena = Arena.ofShared()) {
            probe.loads(place);
            OpenedBundle opened = Bundles.at(ObjectStores.open(place)).open(trust, arena);
            if (digest.isPresent() && !digest.get().equals(opened.digest())) {
                throw new LoadRefusedException(
                        Reason.OTHER_BUNDLE,
                        "bundle %s: %s (expected: %s). Another bundle was put there; ask for that one, or put the old one back."
                                .formatted(place, opened.digest(), digest.get()));
            }
            return opened(place, opened);
        } catch (IOException e) {
            throw LoadRefusedException.of(e);
        } catch (OipException | BadSettingException e) { // a name that the protocol does not have, a place that is none
            throw new LoadRefusedException(Reason.UNUSABLE, e);
        }
    }

    private Opened opened(String place, OpenedBundle opened) throws LoadRefusedException {
        Bundle bundle = opened.bundle();
        ModelId id = ModelId.of(bundle.name(), bundle.version());
        GoldenSet golden = bundle.golden()
                .orElseThrow(() -> new LoadRefusedException(
                        Reason.WRONG_ANSWERS,
                        "bundle %s: no golden set (expected: samples to know the model by). Make the bundle again."
                                .formatted(place)));
        Way way = way(bundle);
        Predictor predictor = way.framework().open(way.model());
        try {
            ServedBundle.requireGoldenAnswers(way.name(), golden, predictor);
            predictor = probe.serves(id, way.model(), way.framework(), predictor);
            var known = new HostedModel.Known(
                    id,
                    opened.digest(),
                    way.framework().build(),
                    bundle.labels(),
                    InnerLayer.of(bundle.guard(), predictor.outputs()));
            return new Opened(known, predictor);
        } catch (BadSettingException | PredictionFailedException e) {
            predictor.close();
            throw new LoadRefusedException(Reason.WRONG_ANSWERS, e);
        } catch (RuntimeException e) {
            predictor.close();
            throw e;
        }
    }

    private Way way(Bundle bundle) throws LoadRefusedException {
        List<ServedModel> models = new ServedBundle(bundle).models();
        for (Supplier<Predictors> supplier : frameworks) {
            Predictors framework = supplier.get();
            for (ServedModel model : models) {
                if (framework.runs(model.program())) {
                    return new Way(framework, model);
                }
            }
        }
        throw new LoadRefusedException(
                Reason.UNUSABLE,
                "bundle of %s: no framework for %s (expected: one of the kinds that %s run). Use another engine, or make the bundle with an ONNX part."
                        .formatted(
                                bundle.name(),
                                models.stream()
                                        .map(model -> model.program().kind())
                                        .toList(),
                                frameworks.stream()
                                        .map(each -> each.get().build())
                                        .toList()));
    }
}
