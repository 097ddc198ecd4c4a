package dev.perdure.training;

/**
 * What the leader of a team wants saved after a step. It decides while the step is computed and tells the others in the
 * step's last exchange, since a schedule may depend on its clock.
 *
 * @param term the leader's, when the save is made together; 0 otherwise
 * @param serial which of the saves that were ordered in that term, counting from 1
 */
record SaveOrder(Kind kind, int term, int serial) {
    static final SaveOrder NOTHING = new SaveOrder(Kind.NOTHING, 0, 0);
    static final SaveOrder WHOLE = new SaveOrder(Kind.WHOLE, 0, 0);

    static final int NUMBERS = 2;

    enum Kind {
        NOTHING,

        /** By the leader alone. */
        WHOLE,

        /** By all, each its share. */
        SHARED
    }

    static SaveOrder shared(int term, int serial) {
        return new SaveOrder(Kind.SHARED, term, serial);
    }

    /** Returns what the leader tells the others: {@link #NUMBERS} of them, zeros when they have nothing to save. */
    int[] numbers() {
        return new int[] {term, serial};
    }

    /** Returns what another member is to do when it hears these numbers. */
    static SaveOrder heard(int[] numbers) {
        return numbers[1] == 0 ? NOTHING : shared(numbers[0], numbers[1]);
    }

    /** Returns whether a member of a team has something to do. */
    boolean concerns(Team team) {
        return switch (kind) {
            case NOTHING -> false;
            case WHOLE -> team.leads();
            case SHARED -> true;
        };
    }
}
