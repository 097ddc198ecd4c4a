package dev.perdure.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the files below a root that are objects whose names start with a prefix. */
final class Listing {
    private final Path root;
    private final String prefix;
    private final List<String> names = new ArrayList<>();

    Listing(Path root, String prefix) {
        this.root = root;
        this.prefix = prefix;
    }

    List<String> names() throws IOException {
        String folderName = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        if (isBelowRoot(folderName)) {
            collect(root.resolve(folderName), folderName);
        }
        names.sort(null);
        return List.copyOf(names);
    }

    /** Returns whether a folder is one, and is not reached through a symbolic link. */
    private boolean isBelowRoot(String folderName) {
        for (int at = folderName.indexOf('/'); at >= 0; at = folderName.indexOf('/', at + 1)) {
            if (!Files.isDirectory(root.resolve(folderName.substring(0, at)), NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    /** A folder that is not there, or no longer, holds nothing. */
    private void collect(Path folder, String folderName) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                visit(entry, folderName + entry.getFileName());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        }
    }

    private void visit(Path entry, String name) throws IOException {
        boolean mayMatch = name.startsWith(prefix) || prefix.startsWith(name + "/");
        if (!mayMatch || !ObjectNames.isName(name)) {
            return;
        }
        if (Files.isDirectory(entry, NOFOLLOW_LINKS)) {
            collect(entry, name + "/");
        } else if (Files.isRegularFile(entry, NOFOLLOW_LINKS)) {
            names.add(name);
        }
    }
}
