-- The request as Apache parsed it, in hexadecimal, for record.cgi: CGI itself changes the names of fields.
local function hex(bytes)
  if bytes == '' then return '-' end
  return (bytes:gsub('.', function(byte) return string.format('%02x', byte:byte()) end))
end

function record(r)
  local fields = {}
  for name, value in pairs(r:headers_in_table()) do fields[#fields + 1] = hex(name) .. ':' .. hex(value) end
  r.subprocess_env['RECORD'] = hex(r.method) .. ' ' .. hex(r.unparsed_uri) .. ' ' .. table.concat(fields, ',')
  return apache2.OK
end
