/** What an image is on this machine: a command that the container's own command and arguments are added to. */
export interface LocalImage {
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Where the command runs; without it, the pod's own folder. */
  cwd?: string;
}
export type Images = Readonly<Record<string, LocalImage>>;

/** By its whole name, else by its name without tag and digest. */
export function findImage(images: Images, name: string): LocalImage | undefined {
  const untagged = name.replace(/@sha256:.*$/, '').replace(/:[^:/]+$/, '');
  return images[name] ?? images[untagged];
}
