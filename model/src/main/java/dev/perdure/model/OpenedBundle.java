package dev.perdure.model;

/**
 * A bundle of which everything was verified before anything was used.
 *
 * @param digest the SHA-256 of its manifest, and so of everything in it: which bundle this is
 * @param standing who vouches for it
 * @param bytes of all its objects together
 */
public record OpenedBundle(Bundle bundle, String digest, Standing standing, long bytes) {}
