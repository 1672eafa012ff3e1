import { lengthText, quantityText } from './quantity';

describe('a measured value', () => {
  it.each([
    [{ value: 3.4168, error: 0.021, unit: 'm' }, '3.42 m ± 0.02 m'],
    [{ value: 3.4168, error: 0.2, unit: 'm' }, '3.4 m ± 0.2 m'],
    [{ value: 1234.5, error: 12, unit: 'm2' }, '1,235 m² ± 12 m²'],
    [{ value: 3.4168, error: null, unit: 'm' }, '3.42 m'],
    [{ value: 0.0341, error: null, unit: 'unit' }, '0.0341 u'],
    [{ value: 0, error: null, unit: 'm' }, '0.00 m'],
    [{ value: 2, error: 0, unit: 'm' }, '2.00 m ± 0.00 m'],
  ] as const)('%p reads %s', (measured, want) => expect(quantityText(measured, 'en')).toBe(want));

  it('of a visitor is in metres only where the scale is known', () => {
    expect(lengthText(2, 0.5, 'en')).toBe('1.00 m');
    expect(lengthText(2, null, 'ko')).toBe('2.00 u');
  });
});
