package dev.perdure.engine;

import java.util.OptionalDouble;

/**
 * How parameters follow the gradient. Update formulas and slot names are PyTorch's; every rule with slots counts its
 * updates in {@code step} as well.
 *
 * @param rule the update rule with its own numbers
 * @param weightDecay L2 added to the gradient (λ·w), except in {@link Rule.AdamW}, which decays the weights themselves
 *     (Loshchilov and Hutter, 2019)
 * @param l1 the factor of sign(w) added to the gradient
 * @param clipNorm the largest L2 norm of the whole gradient, larger ones being scaled down (Pascanu et al., 2013);
 *     applied to the loss's gradient, before weight decay
 */
public record OptimizerSpec(Rule rule, double weightDecay, double l1, OptionalDouble clipNorm) {

    public OptimizerSpec {
        Checks.atLeast("weightDecay", weightDecay, 0);
        Checks.atLeast("l1", l1, 0);
        clipNorm.ifPresent(norm -> Checks.above("clipNorm", norm, 0));
    }

    public sealed interface Rule {
        /** Sutskever et al., 2013. Slot {@code momentum_buffer} when momentum is above 0, none otherwise. */
        record Sgd(double momentum, double dampening, boolean nesterov) implements Rule {
            public Sgd {
                Checks.within("momentum", momentum, 0, 1);
                Checks.within("dampening", dampening, 0, 1);
                if (nesterov && (momentum == 0 || dampening != 0)) {
                    throw new IllegalArgumentException(
                            "nesterov with momentum %s and dampening %s (expected: momentum > 0"
                                            .formatted(momentum, dampening)
                                    + " and dampening 0)");
                }
            }
        }

        /** Kingma and Ba, 2015. Slots {@code exp_avg}, {@code exp_avg_sq}. */
        record Adam(double beta1, double beta2, double epsilon) implements Rule {
            public Adam {
                Checks.betas(beta1, beta2, epsilon);
            }
        }

        /** Loshchilov and Hutter, 2019. Slots as Adam. */
        record AdamW(double beta1, double beta2, double epsilon) implements Rule {
            public AdamW {
                Checks.betas(beta1, beta2, epsilon);
            }
        }

        /** Hinton, 2012. Slots {@code square_avg}, and {@code momentum_buffer} when momentum is above 0. */
        record RmsProp(double alpha, double epsilon, double momentum) implements Rule {
            public RmsProp {
                Checks.below("alpha", alpha, 0, 1);
                Checks.above("epsilon", epsilon, 0);
                Checks.within("momentum", momentum, 0, 1);
            }
        }
    }
}
