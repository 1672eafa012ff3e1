import { createLazyRoute } from '@tanstack/react-router';
import { AccountPage } from './account-page';

export const accountLazyRoute = createLazyRoute('/settings/account')({ component: AccountPage });
