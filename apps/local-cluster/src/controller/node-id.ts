const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const NAME_MAX = 253;
const HASH_SPACE = 11;

/**
 * The id of a workflow's node, from its path: the root's is the workflow's name. The uid is part of the hash, so that a
 * workflow that is made again under the same name never finds the pods of the first.
 */
export function nodeId(workflow: { name: string; uid: string }, nodeName: string): string {
  return nodeName === workflow.name ? workflow.name : `${workflow.name}-${hash(workflow.uid, nodeName)}`;
}

/** `<workflow>-<template>-<hash>`, the form of Argo's pod names. */
export function podName(workflow: { name: string; uid: string }, templateName: string, nodeName: string): string {
  const prefix = `${workflow.name}-${templateName}`.slice(0, NAME_MAX - HASH_SPACE).toLowerCase();
  return `${prefix.replace(/[^a-z0-9.-]/g, '-')}-${hash(workflow.uid, nodeName)}`;
}

function hash(uid: string, nodeName: string): string {
  return fnv32a(`${uid}/${nodeName}`).toString();
}

/** FNV-1a, 32 bit: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>. */
function fnv32a(text: string): number {
  let value = FNV_OFFSET;
  for (const byte of Buffer.from(text, 'utf8')) value = Math.imul(value ^ byte, FNV_PRIME) >>> 0;
  return value;
}
