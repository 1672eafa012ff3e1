import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CannotOpen, SecretBox } from './secret-box';

const [OLD, NEW] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
const KUBECONFIG = '{"users":[{"user":{"token":"s3cret-token"}}]}';

describe('a sealed secret', () => {
  it('opens again, whatever it is', () => {
    const box = new SecretBox([NEW], 'spec');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.string(), (text, owner) => {
        expect(box.open(box.seal(text, owner), owner)).toBe(text);
      }),
    );
  });

  it('shows nothing of itself, and never looks the same twice', () => {
    const box = new SecretBox([NEW], 'spec');
    const [first, second] = [box.seal(KUBECONFIG, 'gpu-hall'), box.seal(KUBECONFIG, 'gpu-hall')];
    expect(first.toString('latin1')).not.toContain('s3cret');
    expect(first.equals(second)).toBe(false);
  });

  it('does not open once any bit of it is changed, or for another owner, or under another key', () => {
    const box = new SecretBox([NEW], 'spec');
    const sealed = box.seal(KUBECONFIG, 'gpu-hall');
    for (let byte = 0; byte < sealed.length; byte += 1) {
      const changed = Buffer.from(sealed);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      expect(() => box.open(changed, 'gpu-hall')).toThrow(CannotOpen);
    }
    expect(() => box.open(sealed, 'gpu-hall-2')).toThrow(CannotOpen);
    expect(() => new SecretBox([OLD], 'spec').open(sealed, 'gpu-hall')).toThrow(CannotOpen);
    expect(() => new SecretBox([NEW], 'another purpose').open(sealed, 'gpu-hall')).toThrow(CannotOpen);
    expect(() => box.open(Buffer.from('short'), 'gpu-hall')).toThrow(CannotOpen);
  });

  it('opens under a key that is kept beside its successor', () => {
    const sealed = new SecretBox([OLD], 'spec').seal(KUBECONFIG, 'gpu-hall');
    const both = new SecretBox([NEW, OLD], 'spec');
    expect(both.open(sealed, 'gpu-hall')).toBe(KUBECONFIG);
    expect(new SecretBox([NEW], 'spec').open(both.seal(KUBECONFIG, 'gpu-hall'), 'gpu-hall')).toBe(KUBECONFIG);
  });
});
