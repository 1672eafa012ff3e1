import { createLazyRoute } from '@tanstack/react-router';
import { ApiKeysPage } from './api-keys-page';

export const keysLazyRoute = createLazyRoute('/settings/keys')({ component: ApiKeysPage });
