<?php
// PHP's own server: it looks for the file that a path names, and for an index above it.
$lines = [];
foreach ($_SERVER as $name => $value) {
    if (is_string($value)) {
        $lines[] = "$name=$value";
    }
}
sort($lines);
$path = $_SERVER['SCRIPT_NAME'] . ($_SERVER['PATH_INFO'] ?? '');
$route = basename(__DIR__) === 'admin' ? 'admin' : 'open';
echo implode('~~', [$route, $path, $_SERVER['REQUEST_METHOD'], implode("\n", $lines)]);
