declare module 'gltf-validator' {
  /** Of the Khronos glTF Validator, as far as it is used here. Severity 0 is an error. */
  export function validateBytes(
    bytes: Uint8Array,
    options?: { maxIssues?: number; writeTimestamp?: boolean },
  ): Promise<{
    issues: { numErrors: number; numWarnings: number; messages: { code: string; message: string; severity: number }[] };
  }>;
}
