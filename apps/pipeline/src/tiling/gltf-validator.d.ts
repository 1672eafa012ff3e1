declare module 'gltf-validator' {
  /** Of the Khronos glTF Validator, as far as the specs read it. */
  export function validateBytes(
    bytes: Uint8Array,
  ): Promise<{ issues: { numErrors: number; numWarnings: number; messages: { code: string; message: string }[] } }>;
}
