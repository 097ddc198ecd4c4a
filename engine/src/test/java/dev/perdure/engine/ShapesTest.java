package dev.perdure.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapesTest {
    private static final Layer.Initializer INIT = Layer.Initializer.DEFAULT;

    @Test
    void followsTheSampleThroughEveryLayer() {
        var inferred = Shapes.infer(
                List.of(
                        conv(32, 3, 1, 0),
                        new Layer.MaxPool(2, 2),
                        conv(64, 3, 2, 1),
                        new Layer.AvgPool(3, 2),
                        dense(10)),
                Shape.of(1, 28, 28));
        assertThat(inferred.problems()).isEmpty();
        assertThat(inferred.after())
                .containsExactly(
                        Shape.of(32, 26, 26),
                        Shape.of(32, 13, 13),
                        Shape.of(64, 7, 7),
                        Shape.of(64, 3, 3),
                        Shape.of(10));
        assertThat(inferred.before(0)).isEqualTo(Shape.of(1, 28, 28));
        assertThat(inferred.before(4)).isEqualTo(Shape.of(64, 3, 3));
    }

    @Test
    void saysWhichKernelDoesNotFit() {
        var inferred = Shapes.infer(
                List.of(
                        conv(8, 3, 1, 0),
                        new Layer.MaxPool(2, 2),
                        new Layer.Activate(Layer.Activation.RELU),
                        new Layer.MaxPool(5, 5)),
                Shape.of(3, 8, 8));
        assertThat(inferred.problems())
                .containsExactly("model.layers[3] max-pool: kernel 5 on 3×3 (expected: at most 3). Make it smaller, or"
                        + " shrink the image less before.");
        assertThat(inferred.output()).isEqualTo(Shape.of(8, 3, 3));
    }

    @Test
    void wantsAnImageWhereOneIsNeeded() {
        assertThat(Shapes.infer(List.of(dense(4), conv(2, 1, 1, 0)), Shape.of(1, 8, 8))
                        .problems())
                .singleElement()
                .asString()
                .startsWith("model.layers[1] conv: is given [4] (expected: an image [channels, height, width])");
    }

    @Test
    void findsTheStrideOfAShortcut() {
        var block = new Layer.Residual("block", List.of(conv(8, 3, 2, 1), conv(8, 3, 1, 1)));
        assertThat(Shapes.infer(List.of(block), Shape.of(4, 7, 7)).output()).isEqualTo(Shape.of(8, 4, 4));
        assertThat(Shapes.shortcutStride(Shape.of(4, 7, 7), Shape.of(8, 4, 4))).contains(2);
        assertThat(Shapes.shortcutStride(Shape.of(4), Shape.of(8))).contains(1);
        assertThat(Shapes.shortcutStride(Shape.of(4, 7, 7), Shape.of(8))).isEmpty();
    }

    @Test
    void refusesABodyThatNoShortcutFollows() {
        var block = new Layer.Residual("block", List.of(conv(8, 3, 1, 0)));
        assertThat(Shapes.infer(List.of(block), Shape.of(4, 9, 9)).problems())
                .singleElement()
                .asString()
                .startsWith("model.layers[0] residual: the body makes [8, 7, 7] of [4, 9, 9]");
        var deep = new Layer.Residual("block", List.of(new Layer.MaxPool(9, 1)));
        assertThat(Shapes.infer(List.of(deep), Shape.of(4, 5, 5)).problems())
                .singleElement()
                .asString()
                .startsWith("model.layers[0] residual.body[0] max-pool: kernel 9 on 5×5");
    }

    @Test
    void refusesANetworkWithAnotherNumberOfOutputs() {
        assertThatThrownBy(() -> Shapes.require(List.of(dense(9)), Shape.of(1, 2, 2), 10))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("makes [9] of a sample [1, 2, 2] (expected: [10]")
                .hasMessageContaining("dense: {out: 10}");
    }

    private static Layer conv(int out, int kernel, int stride, int padding) {
        return new Layer.Conv("conv", out, kernel, stride, padding, true, INIT);
    }

    private static Layer dense(int out) {
        return new Layer.Dense("fc", out, true, INIT);
    }
}
