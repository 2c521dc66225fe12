import { join } from 'node:path';

export default {
  entry: './main.js',
  output: { path: join(import.meta.dirname, 'dist') },
  // What the development server answers beside the bundle: the page, which loads it from dist/.
  devServer: { static: import.meta.dirname, devMiddleware: { publicPath: '/dist/' } },
};
