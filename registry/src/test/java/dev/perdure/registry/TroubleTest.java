package dev.perdure.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Which errors are waited out. */
class TroubleTest {
    @ParameterizedTest
    @CsvSource({
        "SQLITE_BUSY, PASSING",
        "SQLITE_BUSY_SNAPSHOT, PASSING",
        "SQLITE_FULL, PASSING",
        "SQLITE_IOERR_FSYNC, PASSING",
        "SQLITE_CORRUPT_INDEX, LASTING",
        "SQLITE_NOTADB, LASTING",
        "SQLITE_READONLY_DBMOVED, LASTING",
        "SQLITE_CANTOPEN_ISDIR, LASTING",
        "SQLITE_CONSTRAINT_PRIMARYKEY, BUG"
    })
    void tellsApartWhatSqliteSays(SQLiteErrorCode code, Trouble.Kind kind) {
        assertThat(Trouble.of(new SQLiteException("message", code)).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "08006, PASSING", // connection failure
        "40001, PASSING", // serialization failure
        "40P01, PASSING", // deadlock
        "53100, PASSING", // disk full
        "53300, PASSING", // too many connections
        "55P03, PASSING", // lock not available
        "57P01, PASSING", // shut down by its administrator
        "57P03, PASSING", // starting up
        "28P01, LASTING", // wrong password
        "25006, LASTING", // a standby that only reads
        "3D000, LASTING", // no such database
        "42501, LASTING", // no right
        "XX001, LASTING", // damaged
        "23505, BUG" // unique violation
    })
    void tellsApartWhatPostgresSays(String state, Trouble.Kind kind) {
        assertThat(Trouble.of(new SQLException("message", state)).kind()).isEqualTo(kind);
    }

    @Test
    void asksAgainUntilTheTroubleHasPassed() throws RegistryException {
        var asked = new AtomicInteger();
        int answer = new Patience("here", Duration.ofSeconds(60)).ask(() -> {
            if (asked.incrementAndGet() < 4) {
                throw new SQLiteException("busy", SQLiteErrorCode.SQLITE_BUSY);
            }
            return 7;
        });
        assertThat(answer).isEqualTo(7);
        assertThat(asked).hasValue(4);
    }

    @Test
    void asksOnceWhatDoesNotPass() {
        var asked = new AtomicInteger();
        var patience = new Patience("here", Duration.ofSeconds(60));
        assertThatExceptionOfType(RegistryUnusableException.class)
                .isThrownBy(() -> patience.ask(() -> {
                    asked.incrementAndGet();
                    throw new SQLiteException("no", SQLiteErrorCode.SQLITE_CORRUPT);
                }));
        assertThatIllegalStateException()
                .isThrownBy(() -> patience.ask(() -> {
                    asked.incrementAndGet();
                    throw new SQLException("no", "23505");
                }));
        assertThat(asked).hasValue(2);
    }
}
