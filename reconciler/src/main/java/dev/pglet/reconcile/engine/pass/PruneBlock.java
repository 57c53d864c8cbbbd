package dev.pglet.reconcile.engine.pass;

/**
 * Why a resource is not deleted although its manifest is gone.
 *
 * @param reason CamelCase
 * @param message for people: why, and what to do
 */
public record PruneBlock(String reason, String message) {}
