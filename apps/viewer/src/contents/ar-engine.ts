/** Of the engine, what augmented reality needs: downloaded by who presses the button. */
export { enterAr } from '@stead/web/viewer-core';
