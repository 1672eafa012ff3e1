import { createLazyRoute } from '@tanstack/react-router';
import { AnalyticsPage } from './analytics-page';

export const analyticsLazyRoute = createLazyRoute('/analytics')({ component: AnalyticsPage });
