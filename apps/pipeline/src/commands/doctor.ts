import { EXIT } from '@stead/contracts/pipeline';
import { INSTALL, ProcessTools } from '../adapters/process-tools';
import { StepError } from '../application/step';
import { loadConfig } from '../config';
import type { World } from './step';

const PROBE_TIMEOUT_MS = 20_000;

interface Capability {
  available: boolean;
  version: string | null;
  advice: string[];
}

/** `pipeline doctor`: what this machine can do, and what to install for the rest. */
export async function runDoctor(world: World): Promise<number> {
  const config = loadConfig(world.env);
  const tools = new ProcessTools(world.env);
  const probe = (command: string, args: string[], pattern: RegExp): Promise<Capability> =>
    versionOf(tools, command, args, pattern, world.signal);
  const colmap = await probe('colmap', ['-h'], /^COLMAP\s+(\S+)/m);
  const ffmpeg = await probe('ffmpeg', ['-hide_banner', '-version'], /^ffmpeg version (\S+)/m);
  const ffprobe = await probe('ffprobe', ['-hide_banner', '-version'], /^ffprobe version (\S+)/m);
  const report = {
    node: process.versions.node,
    sfm: colmap.available ? 'available' : 'unavailable',
    video: ffmpeg.available && ffprobe.available ? 'available' : 'unavailable',
    pointClouds: 'available',
    tools: { colmap, ffmpeg, ffprobe },
    detectors: {
      faces: config.faceModel === null ? 'ssd-mobilenet-v1 (face-api)' : `yunet (${config.faceModel.path})`,
      plates: 'pp-ocr text detection, plate-shaped boxes (partial recall)',
    },
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return EXIT.ok;
}

async function versionOf(
  tools: ProcessTools,
  command: string,
  args: string[],
  pattern: RegExp,
  signal: AbortSignal,
): Promise<Capability> {
  let output = '';
  try {
    const onLine = (line: string): void => {
      output += `${line}\n`;
    };
    await tools.run(command, args, { cwd: process.cwd(), timeoutMs: PROBE_TIMEOUT_MS, signal, env: {}, onLine });
    return { available: true, version: pattern.exec(output)?.[1] ?? null, advice: [] };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return { available: false, version: null, advice: INSTALL[command] ?? [] };
  }
}
