package dev.perdure.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A registry in a database. It says what runs in which transaction; the rest is elsewhere. */
final class JdbiRegistry implements Registry {
    private final Database database;

    JdbiRegistry(Database database) {
        this.database = database;
    }

    @Override
    public boolean register(Run run) throws RegistryException {
        return database.write(handle -> new Runs(handle).register(run));
    }

    @Override
    public Optional<Run> run(String run) throws RegistryException {
        return database.read(handle -> new Runs(handle).find(run));
    }

    @Override
    public List<Run> runs(Optional<Run> after, int max) throws RegistryException {
        int size = Checks.pageSize(max);
        return database.read(handle -> new Runs(handle).page(after, size));
    }

    @Override
    public Lease acquire(String run, String holder, Duration ttl, Instant now) throws RegistryException {
        Checks.name("holder", holder);
        return database.write(handle -> new Leases(handle).acquire(run, holder, ttl, now));
    }

    @Override
    public Lease renew(Lease lease, Duration ttl, Instant now) throws RegistryException {
        return database.write(handle -> new Leases(handle).renew(lease, ttl, now));
    }

    @Override
    public void release(Lease lease) throws RegistryException {
        database.write(handle -> {
            new Leases(handle).release(lease);
            return null;
        });
    }

    @Override
    public Optional<Lease> lease(String run) throws RegistryException {
        return database.read(handle -> new Leases(handle).held(run));
    }

    @Override
    public void write(Lease lease, List<? extends Fact> facts) throws RegistryException {
        List<Fact> copied = List.copyOf(facts);
        database.write(handle -> {
            new Leases(handle).hold(lease);
            var writer = new FactWriter(handle, lease);
            for (Fact fact : copied) {
                writer.write(fact);
            }
            return null;
        });
    }

    @Override
    public Standing standing(String run) throws RegistryException {
        return database.read(handle -> {
            if (new Runs(handle).find(run).isEmpty()) {
                throw RegistryConflictException.unknownRun(run);
            }
            return new FactReader(handle, run).standing();
        });
    }

    @Override
    public List<Generation> generations(String run, long after, int max) throws RegistryException {
        int size = Checks.pageSize(max);
        return database.read(handle -> new FactReader(handle, run).generations(after, size));
    }

    @Override
    public List<Incident> incidents(String run, long after, int max) throws RegistryException {
        int size = Checks.pageSize(max);
        return database.read(handle -> new FactReader(handle, run).incidents(after, size));
    }

    @Override
    public List<Decision> decisions(String run, long after, int max) throws RegistryException {
        int size = Checks.pageSize(max);
        return database.read(handle -> new FactReader(handle, run).decisions(after, size));
    }

    @Override
    public List<RecoveryStatistics> recoveryStatistics() throws RegistryException {
        return database.read(handle -> new Learned(handle).recoveries());
    }

    @Override
    public List<HostStatistics> hosts(String after, int max) throws RegistryException {
        int size = Checks.pageSize(max);
        return database.read(handle -> new Learned(handle).hosts(after, size));
    }

    @Override
    public void close() {
        database.close();
    }
}
