export { aManifest } from './manifest.builder';
