package dev.perdure.registry;

/** The facts that are numbered within a run: their table, and the column of the number. */
enum Numbered {
    GENERATIONS("generations", "generation"),
    INCIDENTS("incidents", "incident"),
    DECISIONS("decisions", "decision");

    private final String table;
    private final String column;

    Numbered(String table, String column) {
        this.table = table;
        this.column = column;
    }

    String newest() {
        return "select max(%s) as newest from %s where run = :run".formatted(column, table);
    }

    String page() {
        return "select * from %s where run = :run and %s > :after order by %s limit :max"
                .formatted(table, column, column);
    }
}
