package dev.perdure.torch;

import dev.perdure.engine.OptimizerSpec;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * An optimizer over the model as one vector. SGD, Adam and AdamW are libtorch's fused kernels, which read and write each
 * value once; there is none for RMSprop. Runs without gradients, in a scope of the caller's.
 */
interface Updates {

    /** Moves the weights; the gradient may be overwritten. */
    void apply(double learningRate, Tensor gradient);

    static Updates of(OptimizerSpec spec, Weights weights) {
        double decay = spec.weightDecay();
        return switch (spec.rule()) {
            case OptimizerSpec.Rule.Sgd rule ->
                rule.momentum() == 0
                        ? new PlainSgd(weights.vector(), decay)
                        : new Sgd(
                                weights.vector(),
                                weights.slot("momentum_buffer"),
                                weights.counters("step"),
                                rule,
                                decay);
            case OptimizerSpec.Rule.Adam(double beta1, double beta2, double epsilon) ->
                adam("aten::_fused_adam_", weights, new Adam.Numbers(beta1, beta2, epsilon, decay));
            case OptimizerSpec.Rule.AdamW(double beta1, double beta2, double epsilon) ->
                adam("aten::_fused_adamw_", weights, new Adam.Numbers(beta1, beta2, epsilon, decay));
            case OptimizerSpec.Rule.RmsProp rule -> RmsProp.of(weights, rule, decay);
        };
    }

    private static Updates adam(String kernel, Weights weights, Adam.Numbers numbers) {
        return new Adam(
                kernel,
                weights.vector(),
                weights.slot("exp_avg"),
                weights.slot("exp_avg_sq"),
                weights.counters("step"),
                numbers);
    }

    /** SGD without momentum, which has nothing to remember. */
    record PlainSgd(Tensor weights, double decay) implements Updates {
        @Override
        public void apply(double learningRate, Tensor gradient) {
            if (decay != 0) {
                gradient.add_(weights, new Scalar(decay));
            }
            weights.add_(gradient, new Scalar(-learningRate));
        }
    }

    record Sgd(Tensor weights, Tensor momentumBuffer, Tensor steps, OptimizerSpec.Rule.Sgd rule, double decay)
            implements Updates {
        @Override
        public void apply(double learningRate, Tensor gradient) {
            boolean first = steps.select(0, 0).item_float() == 0;
            steps.add_(new Scalar(1));
            call(
                    "aten::_fused_sgd_",
                    list(weights),
                    list(gradient),
                    list(momentumBuffer),
                    new IValue(decay),
                    new IValue(rule.momentum()),
                    new IValue(learningRate),
                    new IValue(rule.dampening()),
                    new IValue(rule.nesterov()),
                    new IValue(false),
                    new IValue(first),
                    new IValue(),
                    new IValue());
        }
    }

    record Adam(String kernel, Tensor weights, Tensor average, Tensor averageSquare, Tensor steps, Numbers numbers)
            implements Updates {
        record Numbers(double beta1, double beta2, double epsilon, double decay) {}

        @Override
        public void apply(double learningRate, Tensor gradient) {
            steps.add_(new Scalar(1));
            call(
                    kernel,
                    list(weights),
                    list(gradient),
                    list(average),
                    list(averageSquare),
                    list(),
                    list(steps.select(0, 0)),
                    new IValue(learningRate),
                    new IValue(numbers.beta1),
                    new IValue(numbers.beta2),
                    new IValue(numbers.decay),
                    new IValue(numbers.epsilon),
                    new IValue(false),
                    new IValue(false),
                    new IValue(),
                    new IValue());
        }
    }

    /** @param momentumBuffer not used when momentum is 0 */
    record RmsProp(
            Tensor weights,
            Tensor averageSquare,
            Tensor momentumBuffer,
            Tensor steps,
            OptimizerSpec.Rule.RmsProp rule,
            double decay)
            implements Updates {

        static RmsProp of(Weights weights, OptimizerSpec.Rule.RmsProp rule, double decay) {
            Tensor average = weights.slot("square_avg");
            Tensor momentum = rule.momentum() > 0 ? weights.slot("momentum_buffer") : average;
            return new RmsProp(weights.vector(), average, momentum, weights.counters("step"), rule, decay);
        }

        @Override
        public void apply(double learningRate, Tensor gradient) {
            steps.add_(new Scalar(1));
            if (decay != 0) {
                gradient.add_(weights, new Scalar(decay));
            }
            averageSquare.mul_(new Scalar(rule.alpha())).addcmul_(gradient, gradient, new Scalar(1 - rule.alpha()));
            Tensor deviation = averageSquare.sqrt().add_(new Scalar(rule.epsilon()));
            if (rule.momentum() > 0) {
                momentumBuffer.mul_(new Scalar(rule.momentum())).addcdiv_(gradient, deviation);
                weights.add_(momentumBuffer, new Scalar(-learningRate));
            } else {
                weights.addcdiv_(gradient, deviation, new Scalar(-learningRate));
            }
        }
    }

    private static void call(String kernel, IValue... arguments) {
        OperatorHandle operator = Dispatcher.singleton().findSchemaOrThrow(kernel, "");
        operator.callBoxed(new IValueVector(arguments));
    }

    private static IValue list(Tensor... tensors) {
        var list = new GenericList(new Type.TypePtr(TensorType.get()));
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor));
        }
        return new IValue(list);
    }
}
