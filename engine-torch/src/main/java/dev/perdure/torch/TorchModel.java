package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.getDefaultCPUGenerator;
import static org.bytedeco.pytorch.global.torch.grad;
import static org.bytedeco.pytorch.global.torch.make_generator_cpu;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A model that libtorch trains. */
public final class TorchModel implements TrainableModel {
    private final TrainingPlan plan;
    private final String where;
    private final TorchProgram program;
    private final Weights weights;
    private final Updates updates;
    private final List<Statistics> statistics;
    private final int statisticsValues;
    private final Arena scratch = Arena.ofShared();
    private final Kept kept = new Kept();
    private final MemorySegment statisticsMemory;
    private final Tensor statisticsTensor;
    private final Generator generator;
    private final State state;
    private final Fit fit;
    private boolean open = true;

    private TorchModel(TrainingPlan plan, String where, TorchProgram program, Declaration declaration) {
        this.plan = plan;
        this.where = where;
        this.program = program;
        weights = new Weights(declaration, plan.seed());
        updates = Updates.of(plan.optimizer(), weights);
        statistics = declaration.statistics();
        statisticsValues = statistics.stream().mapToInt(Statistics::values).sum();
        statisticsMemory = TensorData.allocate(scratch, DType.F32, Shape.of(statisticsValues))
                .data();
        statisticsTensor = kept.keep(Tensors.over(statisticsMemory, DType.F32, Shape.of(statisticsValues)));
        generator = kept.keep(make_generator_cpu(0));
        state = weights.state();
        fit = new Fit(plan, weights.parameters(), statisticsValues);
    }

    static TorchModel open(TrainingPlan plan, String where, TorchProgram program) {
        Libtorch.load();
        Libtorch.enter(plan.threads());
        try (var _ = new PointerScope();
                var _ = new NoGradGuard()) {
            var declaration = new Declaration(plan.input(), plan.outputs());
            Libtorch.ask(where, () -> {
                program.declare(declaration);
                return declaration;
            });
            return tried(new TorchModel(plan, where, program, declaration));
        } catch (RuntimeException e) {
            closeScript(program);
            throw e;
        }
    }

    private static TorchModel tried(TorchModel model) {
        try {
            model.tryOut();
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** One sample of zeros shows whether the network fits the data. */
    private void tryOut() {
        if (weights.parameters() == 0) {
            throw new BadSettingException(
                    where + ": has no parameters to train (expected: at least one). Add a layer with weights.");
        }
        long[] sizes = fit.batchOf(1).toArray();
        forward(false, Tensors.zeros(sizes));
    }

    @Override
    public long parameters() {
        return weights.parameters();
    }

    @Override
    public int statistics() {
        return statisticsValues;
    }

    @Override
    public State state() {
        requireOpen();
        return state;
    }

    @Override
    public void restore(State from) {
        requireOpen();
        var problems = new ArrayList<String>();
        state.tensors().forEach((name, own) -> {
            if (!(from.entries().get(name) instanceof State.Entry.Tensor(TensorData other))) {
                problems.add("state: %s is missing (expected: %s %s). It is a state of another model or optimizer."
                        .formatted(name, own.dtype(), own.shape()));
            } else if (other.dtype() != own.dtype() || !other.shape().equals(own.shape())) {
                problems.add("state: %s is %s %s (expected: %s %s). It is a state of another model."
                        .formatted(name, other.dtype(), other.shape(), own.dtype(), own.shape()));
            }
        });
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
        state.tensors().forEach((name, own) -> copy(from.tensor(name).data(), own.data()));
    }

    private static void copy(MemorySegment from, MemorySegment to) {
        if (!from.isNative() || from.address() != to.address()) {
            to.copyFrom(from);
        }
    }

    @Override
    public Gradient gradient(Microbatch microbatch, TensorData into) {
        fit.gradient(into);
        fit.batch(microbatch.batch());
        return run(microbatch, () -> {
            seed(microbatch.dropoutSeed());
            Tensor targets = Tensors.of(microbatch.batch().targets());
            Tensor outputs;
            Tensor sum;
            TensorVector gradients;
            try (var _ = new AutoGradMode(true)) {
                statisticsMemory.fill((byte) 0);
                outputs = forward(true, Tensors.of(microbatch.batch().inputs()));
                sum = Losses.sum(plan.loss(), outputs, targets);
                gradients = differentiate(sum.div(new Scalar((double) microbatch.batchSamples())));
            }
            copyOut(gradients, into);
            long correct = Losses.correct(plan.loss(), outputs, targets);
            return new Gradient(
                    into,
                    statisticsCopy(),
                    sum.item_double(),
                    correct,
                    microbatch.batch().samples());
        });
    }

    /** Whatever is random draws from here, in the program's own way or through libtorch's default generator. */
    private void seed(long seed) {
        generator.set_current_seed(seed);
        getDefaultCPUGenerator().set_current_seed(seed);
    }

    private Tensor forward(boolean training, Tensor inputs) {
        var pass = new Forward(weights, training, new GeneratorOptional(generator), statisticsTensor);
        Tensor outputs = Libtorch.ask(
                "%s, forward pass on %s".formatted(where, Tensors.shape(inputs)), () -> program.forward(pass, inputs));
        Shape expected = Shape.of(inputs.size(0), plan.outputs());
        if (!Tensors.shape(outputs).equals(expected) || outputs.scalar_type().intern() != ScalarType.Float) {
            throw new BadSettingException(
                    ("%s: gives %s %s for inputs %s (expected: Float %s, as many outputs as the data"
                                    + " have classes or targets). Change its last layer.")
                            .formatted(
                                    where,
                                    outputs.scalar_type(),
                                    Tensors.shape(outputs),
                                    Tensors.shape(inputs),
                                    expected));
        }
        return outputs;
    }

    private TensorVector differentiate(Tensor loss) {
        var leaves = new TensorVector(weights.trained().stream()
                .map(slice -> weights.tensor(slice.name()))
                .toArray(Tensor[]::new));
        boolean unusedAllowed = true;
        return grad(new TensorVector(loss), leaves, new TensorVector(), new BoolOptional(), false, unusedAllowed);
    }

    /** A parameter that the forward pass left out has a gradient of zeros. */
    private void copyOut(TensorVector gradients, TensorData into) {
        for (int i = 0; i < weights.trained().size(); i++) {
            Weights.Slice slice = weights.trained().get(i);
            long bytes = slice.shape().elements() * DType.F32.bytes();
            MemorySegment place = into.data().asSlice(slice.offset() * DType.F32.bytes(), bytes);
            Tensor gradient = gradients.get(i);
            if (gradient.defined()) {
                Tensors.over(place, DType.F32, slice.shape()).copy_(gradient);
            } else {
                place.fill((byte) 0);
            }
        }
    }

    private TensorData statisticsCopy() {
        return TensorData.of(Shape.of(statisticsValues), statisticsMemory.toArray(ValueLayout.JAVA_FLOAT));
    }

    @Override
    public double apply(double learningRate, TensorData gradient, List<TensorData> microbatches) {
        fit.gradient(gradient);
        microbatches.forEach(fit::statistics);
        return run(gradient, () -> {
            Tensor vector = Tensors.over(gradient.data(), DType.F32, gradient.shape());
            double norm = Norms.l2(vector);
            if (Double.isFinite(norm)) {
                clip(vector, norm);
                penalise(vector);
                updates.apply(learningRate, vector);
                combine(microbatches);
            }
            return norm;
        });
    }

    /** As PyTorch's {@code clip_grad_norm_}. */
    private void clip(Tensor gradient, double norm) {
        plan.optimizer().clipNorm().ifPresent(max -> {
            double scale = max / (norm + 1e-6);
            if (scale < 1) {
                gradient.mul_(new Scalar(scale));
            }
        });
    }

    private void penalise(Tensor gradient) {
        double l1 = plan.optimizer().l1();
        if (l1 != 0) {
            gradient.add_(weights.vector().sign(), new Scalar(l1));
        }
    }

    private void combine(List<TensorData> microbatches) {
        if (microbatches.isEmpty()) {
            return;
        }
        long at = 0;
        for (Statistics part : statistics) {
            long from = at * DType.F32.bytes();
            long bytes = (long) part.values() * DType.F32.bytes();
            part.combine(
                    weights::data,
                    microbatches.stream()
                            .map(one -> one.data().asSlice(from, bytes))
                            .toList());
            at += part.values();
        }
    }

    @Override
    public Evaluation evaluate(Batch batch) {
        fit.batch(batch);
        return run(batch, () -> {
            Tensor targets = Tensors.of(batch.targets());
            Tensor outputs = forward(false, Tensors.of(batch.inputs()));
            double lossSum = Losses.sum(plan.loss(), outputs, targets).item_double();
            long correct = Losses.correct(plan.loss(), outputs, targets);
            return new Evaluation(lossSum, correct, batch.samples());
        });
    }

    @Override
    public TensorData predict(TensorData inputs) {
        fit.inputs(inputs);
        return run(inputs, () -> {
            TensorData outputs = Tensors.copy(forward(false, Tensors.of(inputs)));
            return outputs;
        });
    }

    /**
     * Saves the network with its present parameters and buffers as a TorchScript file, which replaces one of that name
     * whole or not at all.
     *
     * @throws BadSettingException if the network did not come from a TorchScript file
     * @throws IOException if the file cannot be written
     */
    public void saveTorchScript(Path file) throws IOException {
        requireOpen();
        if (!(program instanceof ScriptProgram script)) {
            throw new BadSettingException(
                    where + ": is not a TorchScript file, and cannot be saved as one. Use 'perdure"
                            + " checkpoint export' for its weights.");
        }
        Libtorch.enter(plan.threads());
        script.save(weights, file);
    }

    /** Runs on the calling thread, without gradients; frees everything made on the way, and {@code memory} not before. */
    private <T> T run(Object memory, Supplier<T> work) {
        requireOpen();
        Libtorch.enter(plan.threads());
        try (var _ = new PointerScope();
                var _ = new NoGradGuard()) {
            return work.get();
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException(where + ": the model is closed. Open the plan again.");
        }
    }

    /** Frees all native memory, views of the state included. Closing again does nothing. */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        closeScript(program);
        kept.close();
        scratch.close();
        weights.close();
    }

    private static void closeScript(TorchProgram program) {
        if (program instanceof ScriptProgram script) {
            script.close();
        }
    }
}
