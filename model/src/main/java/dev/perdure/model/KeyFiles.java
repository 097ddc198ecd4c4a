package dev.perdure.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keys in files, as OpenSSL has them: the private half in PKCS#8 PEM, readable by its owner only; the public half in X.509
 * PEM, beside it, with {@value #PUBLIC_SUFFIX} behind the name. Whatever cannot be used is a {@link BadSettingException}.
 */
public final class KeyFiles {
    /** What the name of a public key's file ends with. */
    public static final String PUBLIC_SUFFIX = ".pub";

    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final long BYTES_MAX = 1 << 20;

    private KeyFiles() {}

    /** Returns where the public half of a key lies. */
    public static Path publicFileOf(Path privateFile) {
        return privateFile.resolveSibling(privateFile.getFileName() + PUBLIC_SUFFIX);
    }

    /**
     * Makes a key pair. Never overwrites; a failure leaves neither file.
     *
     * @param file where the private half goes; its folder exists
     */
    public static SigningKey create(Path file) throws IOException {
        SigningKey key = SigningKey.generate();
        Path publicFile = publicFileOf(file);
        refuseExisting(file);
        refuseExisting(publicFile);
        if (!Files.isDirectory(folderOf(file))) {
            throw new BadSettingException(
                    "%s: there is no folder %s (expected: one). Make it first.".formatted(file, folderOf(file)));
        }
        write(file, Pem.write(PRIVATE, key.privateHalf().getEncoded()), ownerOnly(file));
        try {
            write(publicFile, publicText(key.publicHalf()));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return key;
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    private static void refuseExisting(Path file) {
        if (Files.exists(file)) {
            throw existing(file);
        }
    }

    private static BadSettingException existing(Path file) {
        return new BadSettingException(
                "%s: exists (expected: nothing). No key is overwritten: choose another name.".formatted(file));
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return keepsPermissions(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(EnumSet.of(OWNER_READ, OWNER_WRITE))}
                : new FileAttribute<?>[0];
    }

    private static boolean keepsPermissions(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** The file has its permissions from its first moment on. */
    private static void write(Path file, String text, FileAttribute<?>... attributes) throws IOException {
        try (var channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), attributes)) {
            var bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw existing(file);
        }
    }

    /** Returns a public key as the text of its file. */
    public static String publicText(VerifyingKey key) {
        return Pem.write(PUBLIC, key.key().getEncoded());
    }

    /**
     * Reads a key pair: a private key's file, and the public one's beside it.
     *
     * @throws BadSettingException if one is not there, is none, others may read the private one, or they are no pair
     */
    public static SigningKey readPrivate(Path file) throws IOException {
        byte[] pkcs8 = only(file, PRIVATE).bytes();
        refuseReadableByOthers(file);
        Path publicFile = publicFileOf(file);
        List<VerifyingKey> publicHalves = readPublic(publicFile);
        try {
            var factory = KeyFactory.getInstance(VerifyingKey.ALGORITHM);
            var key = new SigningKey(publicHalves.getFirst(), factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
            byte[] probe = "perdure".getBytes(US_ASCII);
            if (publicHalves.size() == 1 && key.publicHalf().holds(probe, key.sign(probe))) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw noKey(file, "a private key");
        }
        throw new BadSettingException("%s: not the public half of %s (expected: its pair). Put the right one there."
                .formatted(publicFile, file));
    }

    /** Returns whether a file holds a private key, whoever may read it. */
    public static boolean isPrivate(Path file) throws IOException {
        return Files.isRegularFile(file)
                && blocks(file).stream().anyMatch(block -> block.label().equals(PRIVATE));
    }

    private static void refuseReadableByOthers(Path file) throws IOException {
        if (!keepsPermissions(file)) {
            return;
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        others.removeIf(permission -> permission.name().startsWith("OWNER_"));
        if (!others.isEmpty()) {
            throw new BadSettingException(
                    "%s: %s (expected: for its owner only). Others may have read it; if not: chmod 600 %s"
                            .formatted(file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file));
        }
    }

    /**
     * Reads public keys.
     *
     * @param place a file of one or more, or a folder of such files ending in {@value #PUBLIC_SUFFIX}
     * @return at least one
     */
    public static List<VerifyingKey> readPublic(Path place) throws IOException {
        var keys = new ArrayList<VerifyingKey>();
        for (Path file : Files.isDirectory(place) ? publicFilesIn(place) : List.of(place)) {
            for (Pem.Block block : blocks(file)) {
                keys.add(publicKey(file, block));
            }
        }
        if (keys.isEmpty()) {
            throw noKey(place, "a public key");
        }
        return List.copyOf(keys);
    }

    private static List<Path> publicFilesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(PUBLIC_SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private static VerifyingKey publicKey(Path file, Pem.Block block) {
        try {
            if (block.label().equals(PUBLIC)) {
                var factory = KeyFactory.getInstance(VerifyingKey.ALGORITHM);
                return VerifyingKey.of(factory.generatePublic(new X509EncodedKeySpec(block.bytes())));
            }
        } catch (GeneralSecurityException e) {
            throw noKey(file, "a public key");
        }
        throw new BadSettingException("%s: holds a %s (expected: %s). Give the file that ends in %s."
                .formatted(file, block.label(), PUBLIC, PUBLIC_SUFFIX));
    }

    private static Pem.Block only(Path file, String label) throws IOException {
        List<Pem.Block> blocks = blocks(file);
        if (blocks.size() != 1 || !blocks.getFirst().label().equals(label)) {
            throw noKey(file, "one " + label);
        }
        return blocks.getFirst();
    }

    private static List<Pem.Block> blocks(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BadSettingException(
                    "%s: no such file (expected: a key). Make one: perdure key create FILE".formatted(file));
        }
        if (Files.size(file) > BYTES_MAX) {
            throw noKey(file, "at most %d bytes".formatted(BYTES_MAX));
        }
        return Pem.read(file.toString(), new String(Files.readAllBytes(file), US_ASCII));
    }

    private static BadSettingException noKey(Path file, String expected) {
        return new BadSettingException(
                "%s: holds no Ed25519 key (expected: %s, in PEM). Make one: perdure key create FILE"
                        .formatted(file, expected));
    }
}
