package dev.perdure.torch;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.Shapes;
import java.util.List;
import java.util.Map;

/**
 * Layers and losses once more, straight from their definitions, in plain Java and double precision: the second opinion on
 * libtorch. Training mode, without dropout.
 */
final class ReferenceNetwork {
    private final Map<String, double[]> parameters;

    ReferenceNetwork(Map<String, double[]> parameters) {
        this.parameters = parameters;
    }

    /** Samples of one shape. */
    record Values(Shape shape, double[][] samples) {
        int size(int dimension) {
            return (int) shape.size(dimension);
        }
    }

    Values forward(List<Layer> layers, Values inputs) {
        return forward("", layers, inputs);
    }

    private Values forward(String prefix, List<Layer> layers, Values inputs) {
        Values x = inputs;
        for (Layer layer : layers) {
            x = forward(prefix, layer, x);
        }
        return x;
    }

    private Values forward(String prefix, Layer layer, Values x) {
        return switch (layer) {
            case Layer.Conv c -> conv(prefix + c.name(), c.out(), c.kernel(), c.stride(), c.padding(), x);
            case Layer.MaxPool(int kernel, int stride) -> pool(kernel, stride, true, x);
            case Layer.AvgPool(int kernel, int stride) -> pool(kernel, stride, false, x);
            case Layer.GlobalAvgPool() -> flat(pool(x.size(1), 1, false, x));
            case Layer.Flatten() -> flat(x);
            case Layer.Dense d -> dense(prefix + d.name(), d.out(), flat(x));
            case Layer.BatchNorm n -> batchNorm(prefix + n.name(), n.epsilon(), x);
            case Layer.LayerNorm n -> layerNorm(prefix + n.name(), n.epsilon(), x);
            case Layer.Dropout _ -> throw new IllegalArgumentException("dropout is random");
            case Layer.Activate(Layer.Activation activation) -> activate(activation, x);
            case Layer.Residual r -> residual(prefix + r.name() + ".", r, x);
        };
    }

    private Values residual(String prefix, Layer.Residual residual, Values x) {
        Values y = forward(prefix, residual.body(), x);
        Values left = x;
        if (!y.shape().equals(x.shape())) {
            int stride = Shapes.shortcutStride(x.shape(), y.shape()).orElseThrow();
            String name = prefix + "shortcut";
            left = y.shape().dimensions() == 3 ? conv(name, y.size(0), 1, stride, 0, x) : dense(name, y.size(0), x);
        }
        double[][] sums = new double[x.samples().length][];
        for (int n = 0; n < sums.length; n++) {
            sums[n] = left.samples()[n].clone();
            for (int i = 0; i < sums[n].length; i++) {
                sums[n][i] += y.samples()[n][i];
            }
        }
        return new Values(y.shape(), sums);
    }

    private static Values flat(Values x) {
        return new Values(Shape.of(x.shape().elements()), x.samples());
    }

    private Values dense(String name, int out, Values x) {
        double[] weight = get(name + ".weight");
        double[][] result = new double[x.samples().length][out];
        int in = x.size(0);
        for (int n = 0; n < result.length; n++) {
            for (int o = 0; o < out; o++) {
                double sum = bias(name, o);
                for (int i = 0; i < in; i++) {
                    sum += weight[o * in + i] * x.samples()[n][i];
                }
                result[n][o] = sum;
            }
        }
        return new Values(Shape.of(out), result);
    }

    private Values conv(String name, int out, int kernel, int stride, int padding, Values x) {
        int in = x.size(0);
        int height = (x.size(1) + 2 * padding - kernel) / stride + 1;
        int width = (x.size(2) + 2 * padding - kernel) / stride + 1;
        double[] weight = get(name + ".weight");
        double[][] result = new double[x.samples().length][out * height * width];
        for (int n = 0; n < result.length; n++) {
            for (int at = 0; at < result[n].length; at++) {
                int o = at / (height * width);
                int top = at / width % height * stride - padding;
                int left = at % width * stride - padding;
                double sum = bias(name, o);
                for (int w = 0; w < in * kernel * kernel; w++) {
                    int c = w / (kernel * kernel);
                    sum += weight[o * in * kernel * kernel + w]
                            * pixel(x, n, c, top + w / kernel % kernel, left + w % kernel);
                }
                result[n][at] = sum;
            }
        }
        return new Values(Shape.of(out, height, width), result);
    }

    private static double pixel(Values x, int sample, int channel, int row, int column) {
        if (row < 0 || column < 0 || row >= x.size(1) || column >= x.size(2)) {
            return 0;
        }
        return x.samples()[sample][(channel * x.size(1) + row) * x.size(2) + column];
    }

    private static Values pool(int kernel, int stride, boolean largest, Values x) {
        int height = (x.size(1) - kernel) / stride + 1;
        int width = (x.size(2) - kernel) / stride + 1;
        double[][] result = new double[x.samples().length][x.size(0) * height * width];
        for (int n = 0; n < result.length; n++) {
            for (int at = 0; at < result[n].length; at++) {
                double max = Double.NEGATIVE_INFINITY;
                double sum = 0;
                for (int w = 0; w < kernel * kernel; w++) {
                    double value = pixel(
                            x,
                            n,
                            at / (height * width),
                            at / width % height * stride + w / kernel,
                            at % width * stride + w % kernel);
                    max = Math.max(max, value);
                    sum += value;
                }
                result[n][at] = largest ? max : sum / (kernel * kernel);
            }
        }
        return new Values(Shape.of(x.size(0), height, width), result);
    }

    private Values batchNorm(String name, double epsilon, Values x) {
        int channels = x.size(0);
        int area = (int) (x.shape().elements() / channels);
        double[][] result = new double[x.samples().length][(int) x.shape().elements()];
        for (int c = 0; c < channels; c++) {
            double[] all = new double[result.length * area];
            for (int i = 0; i < all.length; i++) {
                all[i] = x.samples()[i / area][c * area + i % area];
            }
            double[] normal = normalise(all, epsilon);
            for (int i = 0; i < all.length; i++) {
                result[i / area][c * area + i % area] = normal[i] * get(name + ".weight")[c] + get(name + ".bias")[c];
            }
        }
        return new Values(x.shape(), result);
    }

    private Values layerNorm(String name, double epsilon, Values x) {
        double[][] result = new double[x.samples().length][];
        for (int n = 0; n < result.length; n++) {
            result[n] = normalise(x.samples()[n], epsilon);
            for (int i = 0; i < result[n].length; i++) {
                result[n][i] = result[n][i] * get(name + ".weight")[i] + get(name + ".bias")[i];
            }
        }
        return new Values(x.shape(), result);
    }

    private static double[] normalise(double[] values, double epsilon) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double variance = 0;
        for (double value : values) {
            variance += (value - mean) * (value - mean) / values.length;
        }
        double[] normal = new double[values.length];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = (values[i] - mean) / Math.sqrt(variance + epsilon);
        }
        return normal;
    }

    private static Values activate(Layer.Activation activation, Values x) {
        double[][] result = new double[x.samples().length][];
        for (int n = 0; n < result.length; n++) {
            result[n] = x.samples()[n].clone();
            for (int i = 0; i < result[n].length; i++) {
                result[n][i] = activate(activation, result[n][i]);
            }
        }
        return new Values(x.shape(), result);
    }

    private static double activate(Layer.Activation activation, double x) {
        return switch (activation) {
            case RELU -> Math.max(0, x);
            case LEAKY_RELU -> x > 0 ? x : 0.01 * x;
            case GELU -> x * (1 + erf(x / Math.sqrt(2))) / 2;
            case SILU -> x / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case ELU -> x > 0 ? x : Math.expm1(x);
        };
    }

    /** Its series, good for |x| up to 4. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 100; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /** Returns the sum of the samples' losses; {@code targets} hold a class, or a value for each output. */
    static double loss(Loss loss, Values outputs, double[][] targets) {
        double sum = 0;
        for (int n = 0; n < targets.length; n++) {
            double[] x = outputs.samples()[n];
            double[] y = targets[n];
            sum += switch (loss) {
                case Loss.CrossEntropy(double smoothing) -> crossEntropy(x, (int) y[0], smoothing);
                case Loss.MeanSquaredError() -> meanSquare(x, y);
                case Loss.BinaryCrossEntropy() -> binary(x, y);
            };
        }
        return sum;
    }

    private static double crossEntropy(double[] x, int target, double smoothing) {
        double total = 0;
        for (double value : x) {
            total += Math.exp(value);
        }
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double wanted = smoothing / x.length + (i == target ? 1 - smoothing : 0);
            sum -= wanted * Math.log(Math.exp(x[i]) / total);
        }
        return sum;
    }

    private static double meanSquare(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - y[i]) * (x[i] - y[i]) / x.length;
        }
        return sum;
    }

    private static double binary(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double p = 1 / (1 + Math.exp(-x[i]));
            sum -= (y[i] * Math.log(p) + (1 - y[i]) * Math.log(1 - p)) / x.length;
        }
        return sum;
    }

    private double bias(String name, int index) {
        double[] bias = parameters.get(name + ".bias");
        return bias == null ? 0 : bias[index];
    }

    private double[] get(String name) {
        double[] found = parameters.get(name);
        if (found == null) {
            throw new IllegalArgumentException(name);
        }
        return found;
    }
}
