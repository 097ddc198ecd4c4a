package dev.perdure.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * Sums along a fixed binary tree over the leaves 0 to n-1, given one after the other. The tree over a range splits at
 * the largest power of two below its size, so every aligned range of 2^k leaves is a subtree: whoever holds such a range
 * can sum it alone, and the bits of the whole do not depend on who held what. Floating-point addition is not
 * associative; fixing the tree is what makes the sum a function of the leaves.
 *
 * <p>A leaf may be absent (a microbatch without samples): the sum of an absent and a present one is the present one.
 *
 * <p>Holds at most log2(n) + 1 partial sums, like the carries of a binary counter. Not thread-safe.
 *
 * @param <T> what is summed; the operator may reuse its left argument's memory
 */
public final class TreeSum<T> {
    private final BinaryOperator<T> plus;
    private final Deque<Node<T>> open = new ArrayDeque<>();

    private record Node<T>(int leaves, Optional<T> sum) {}

    public TreeSum(BinaryOperator<T> plus) {
        this.plus = plus;
    }

    /** Adds the next leaf. */
    public void add(Optional<T> leaf) {
        add(1, leaf);
    }

    /**
     * Adds the next leaves, which somebody has summed along the same tree already.
     *
     * @param leaves how many, a subtree together: a power of two that divides how many came before, or all that are left
     * @param sum their sum, nothing if all of them are absent
     */
    public void add(int leaves, Optional<T> sum) {
        var node = new Node<>(leaves, sum);
        while (!open.isEmpty() && open.getLast().leaves() == node.leaves()) {
            node = join(open.removeLast(), node);
        }
        open.addLast(node);
    }

    /** Returns the sum of all leaves, or nothing if all were absent, and is empty again. */
    public Optional<T> finish() {
        if (open.isEmpty()) {
            return Optional.empty();
        }
        Node<T> sum = open.removeLast();
        while (!open.isEmpty()) {
            sum = join(open.removeLast(), sum);
        }
        return sum.sum();
    }

    private Node<T> join(Node<T> left, Node<T> right) {
        Optional<T> sum = left.sum().isEmpty()
                ? right.sum()
                : right.sum().isEmpty()
                        ? left.sum()
                        : Optional.of(plus.apply(left.sum().get(), right.sum().get()));
        return new Node<>(left.leaves() + right.leaves(), sum);
    }
}
