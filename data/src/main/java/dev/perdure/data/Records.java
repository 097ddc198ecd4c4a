package dev.perdure.data;

/**
 * What a source gives: its good records, in order.
 *
 * @param layout what a sample's stored form means
 * @param testFrom samples from here on come from files of the test part; the number of samples when there are none
 */
record Records(Samples samples, Targets targets, Layout layout, int testFrom) {}
