const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const FORM = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i|)$/;

/** `500m` is 0.5, `2Gi` is 2147483648: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>. Null when it is none. */
export function parseQuantity(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const match = FORM.exec(value.trim());
  const factor = SUFFIX[match?.[2] ?? ''];
  if (match === null || factor === undefined) return null;
  return Number(match[1]) * factor;
}

/** For quantities that were checked when their object was written. */
export function quantityOf(value: string | number | undefined): number {
  return value === undefined ? 0 : (parseQuantity(value) ?? 0);
}
