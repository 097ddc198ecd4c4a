package dev.perdure.torch;

import dev.perdure.core.BadSettingException;
import dev.perdure.engine.Engine;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.TrainingPlan;

/**
 * libtorch on the CPU.
 *
 * <p>Images are held in channels-last order while they are convolved: measured 1.6 to 1.8 times as fast as the other order
 * at one and two threads, and as deterministic. Parameters stay row-major.
 *
 * <p>libtorch is loaded by the first engine of a process, which takes some tenths of a second, or a few seconds where it
 * must be unpacked first. {@code OPENBLAS_NUM_THREADS=1} should be in the environment: OpenBLAS starts its threads when it
 * is loaded, though the engine then keeps it to one.
 */
public final class TorchEngine implements Engine {
    private final String build;

    /**
     * Loads libtorch.
     *
     * @throws BadSettingException if there is no libtorch for this system and processor, or it does not load
     */
    public TorchEngine() {
        build = Libtorch.load();
    }

    @Override
    public String build() {
        return build;
    }

    /** Returns the order in which images are held while they are convolved, such as {@code channels-last}. */
    public String memoryFormat() {
        return Tensors.MEMORY_FORMAT;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Runs the network once on a sample of zeros, so that a program or TorchScript file that does not fit is refused
     * here. One platform thread should own the model: libtorch's threads belong to the thread that calls.
     */
    @Override
    public TorchModel open(TrainingPlan plan) {
        return switch (plan.model()) {
            case ModelSpec.Layers(var layers) ->
                TorchModel.open(plan, "model.layers", new LayersProgram(layers, plan.input(), plan.outputs()));
            case ModelSpec.Program(String className) ->
                TorchModel.open(plan, "model.program " + className, program(className));
            case ModelSpec.TorchScript(var file) ->
                TorchModel.open(plan, "model.torchscript " + file, ScriptProgram.load(file));
        };
    }

    static TorchProgram program(String className) {
        String expected =
                "(expected: a public class that implements %s and has a public constructor without parameters)"
                        .formatted(TorchProgram.class.getName());
        try {
            Class<?> found = Class.forName(className, true, TorchEngine.class.getClassLoader());
            if (!TorchProgram.class.isAssignableFrom(found)) {
                throw new BadSettingException(
                        "model.program: %s is not a TorchProgram %s".formatted(className, expected));
            }
            return (TorchProgram) found.getConstructor().newInstance();
        } catch (ClassNotFoundException | LinkageError e) {
            throw new BadSettingException("model.program: %s is not on the class path %s. Add the jar it is in."
                    .formatted(className, expected));
        } catch (ReflectiveOperationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new BadSettingException(
                    "model.program: %s cannot be made: %s %s".formatted(className, cause, expected));
        }
    }
}
