/** Bytes of a point record, by point data format 0 to 10, without extra bytes (ASPRS LAS 1.4-R15, §2.6). */
export const LAS_RECORD_BYTES = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67] as const;
